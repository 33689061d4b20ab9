"""Claim messages and judge them by the gate, in batches. Runs in the sender's database thread."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from esmero.mailroom.composing.attachments import list_attachments
from esmero.mailroom.planning.case_file import describe_occasion, gather_recipients
from esmero.mailroom.sending.open_dispatches import OpenDispatch
from esmero.outbox.claims import WIRE_SIZE, ClaimedMessage, claim_messages
from esmero.outbox.ledger import refuse, withhold_promotions
from esmero.outbox.models import MessageAttachment, MessageClass
from esmero.people.dispatch_reason import AddressedPerson
from esmero.policy.gate import judge_occasion, judge_recipient

WIRE_OCTETS = 2_000_000  # of a sub-batch, so that attachments do not fill the memory; one message may be larger
TEXT_OCTETS = 20_000  # of a message without its attachments: an estimate
VERDICT_AGE = timedelta(minutes=1)  # an older verdict is renewed before the message is handed over


@dataclass
class ClaimedBatch:
    """Hold claimed messages that passed the gate; `addresses`, `tries` and `attachments` are by message id."""

    claimed: list[ClaimedMessage]
    judged_at: datetime
    addresses: dict[int, str] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    attachments: Mapping[int, Sequence[MessageAttachment]] = field(default_factory=dict)

    def sub_batches(self) -> Iterator[Sequence[ClaimedMessage]]:
        """Yield the messages in parts of at most WIRE_SIZE messages and WIRE_OCTETS octets."""
        start = octets = 0
        for place, row in enumerate(self.claimed):
            size = TEXT_OCTETS + sum(one.file.size * 3 // 2 for one in self.attachments.get(row.id, ()))
            if place > start and (place - start == WIRE_SIZE or octets + size > WIRE_OCTETS):
                yield self.claimed[start:place]
                start, octets = place, 0
            octets += size
        if start < len(self.claimed):
            yield self.claimed[start:]


def is_stale(judged_at: datetime, *, now: datetime) -> bool:
    """Return whether a verdict is too old to send by: consent may be withdrawn while a message waits."""
    return now - judged_at > VERDICT_AGE


def claim_batch(
    *, worker: str, open_dispatches: dict[int, OpenDispatch], most: int, now: datetime
) -> ClaimedBatch | None:
    """Claim due messages of these dispatches and judge each by the gate; None if nothing is due."""
    claimed = claim_messages(worker=worker, dispatch_ids=open_dispatches, now=now, most=most)
    if not claimed:
        return None
    passed = ask_gate(claimed, open_dispatches=open_dispatches, worker=worker, now=now)
    return ClaimedBatch(
        claimed=passed,
        judged_at=now,
        addresses={row.id: row.address for row in passed},
        tries={row.id: row.tries for row in passed},
        # Only single messages have attachments.
        attachments=list_attachments([row.id for row in passed if row.kind]),
    )


def ask_gate(
    claimed: Sequence[ClaimedMessage], *, open_dispatches: dict[int, OpenDispatch], worker: str, now: datetime
) -> list[ClaimedMessage]:
    """Judge claimed messages; refuse or postpone those with objections, and return the others.

    A promotion that was withheld once, in the dry run or here, stays withheld; the message keeps the codes.
    """
    by_dispatch: dict[int, list[ClaimedMessage]] = defaultdict(list)
    for row in claimed:
        by_dispatch[row.dispatch_id].append(row)
    passed: list[ClaimedMessage] = []
    objected: list[tuple[int, str, dict[str, object] | None, datetime | None]] = []
    withheld: list[tuple[int, str, dict[str, object]]] = []
    for dispatch_id, rows in by_dispatch.items():
        open_dispatch = open_dispatches[dispatch_id]
        if open_dispatch.dispatch.message_class == MessageClass.INTERNAL:
            passed += rows
            continue
        reason = open_dispatch.reason()
        findings = judge_occasion(describe_occasion(reason, at=now))
        people = [AddressedPerson(row.person_id or 0, row.address) for row in rows]
        for row, recipient in zip(rows, gather_recipients(people, reason=reason), strict=True):
            verdict = judge_recipient(recipient, findings=findings)
            if verdict.outcome == "go_without_promotion" and not row.promotion:
                codes = verdict.slot_codes()
                withheld.append((row.id, codes, dict(verdict.facts())))
                passed.append(row._replace(promotion=codes))
            elif verdict.outcome in ("go", "go_without_promotion"):
                passed.append(row)
            else:
                until = verdict.until if verdict.outcome == "wait" else None
                objected.append((row.id, verdict.body_codes(), dict(verdict.facts()), until))
    if withheld:
        withhold_promotions(withheld, worker=worker, at=now)
    if objected:
        refuse(objected, worker=worker, at=now)
    return passed
