"""Claim messages, judge them by the gate and render them, in batches. Runs in the sender's database thread."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from esmero.mailroom.composing.compiled_templates import CompiledTemplates
from esmero.mailroom.composing.public_archive import find_share_url
from esmero.mailroom.composing.recipient_fields import SHARE_URL, read_values
from esmero.mailroom.planning.case_file import describe_occasion, gather_recipients
from esmero.outbox.claims import ClaimedMessage, claim_messages, put_on_wire
from esmero.outbox.journal import Journal
from esmero.outbox.ledger import give_up, refuse, withhold_promotions
from esmero.outbox.models import Dispatch, MessageClass
from esmero.outbox.transports.parcels import Parcel
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason
from esmero.policy.gate import judge_occasion, judge_recipient
from esmero.rendering.message import PersonalFacts
from esmero.rendering.mime.headers import HeaderInjection
from esmero.rendering.templates.problem import TemplateFault
from esmero.rendering.tokens import Signer
from esmero.vault.files import path_of

VERDICT_AGE = timedelta(minutes=1)  # an older verdict is renewed before the message is handed over


@dataclass
class OpenDispatch:
    """Hold an open dispatch with its compiled templates and its address in the public archive ("" for none)."""

    dispatch: Dispatch
    templates: CompiledTemplates
    share_url: str = ""

    def includes_promotion(self, row: ClaimedMessage) -> bool:
        """Return whether this message contains the promotion. Without a topic of its own, only advertising does."""
        dispatch = self.dispatch
        if dispatch.message_class == MessageClass.INTERNAL:
            return bool((row.payload or {}).get("promotion", True))
        is_judged = dispatch.promotion_topic_id is not None or dispatch.message_class == MessageClass.COMMERCIAL
        return is_judged and not row.promotion

    def reason(self) -> DispatchReason:
        """Return the facts of the dispatch that the gate needs."""
        dispatch = self.dispatch
        return DispatchReason(
            brand=dispatch.brand,
            message_class=dispatch.message_class,  # type: ignore[arg-type]
            channel=dispatch.channel,  # type: ignore[arg-type]
            purpose=dispatch.purpose,
            topic=dispatch.topic,
            promotion=dispatch.promotion_topic,
            words=dispatch.reason,
            dispatch_id=dispatch.pk,
        )


@dataclass
class ClaimedBatch:
    """Hold claimed messages that passed the gate; `addresses` and `tries` are by message id."""

    claimed: list[ClaimedMessage]
    judged_at: datetime
    addresses: dict[int, str] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)


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


def render_parcels(
    rows: Sequence[ClaimedMessage],
    *,
    open_dispatches: dict[int, OpenDispatch],
    worker: str,
    journal: Journal,
    at: datetime,
) -> list[Parcel]:
    """Render messages, mark them as on the wire in ledger and journal, and return those to hand to the transport.

    A message that cannot be rendered is given up with its reason. A message that another worker claimed meanwhile is
    left out.
    """
    values = read_values(row.person_id for row in rows if row.person_id is not None)
    parcels: list[Parcel] = []
    faults: list[tuple[int, str]] = []
    for row in rows:
        try:
            parcels.append(_render(row, open_dispatch=open_dispatches[row.dispatch_id], values=values, at=at))
        except (HeaderInjection, TemplateFault, OSError, ValueError) as fault:
            faults.append((row.id, f"This message could not be made: {fault}"))
    if faults:
        give_up(faults, worker=worker)
    held = put_on_wire([parcel.key for parcel in parcels], worker=worker)
    ours = [parcel for parcel in parcels if parcel.key in held]
    # Only messages that are ours in the ledger: after a power cut, every message in the journal may have been sent.
    journal.hand_over(parcel.key for parcel in ours)
    return ours


def _render(
    row: ClaimedMessage, *, open_dispatch: OpenDispatch, values: Mapping[int, Mapping[str, object]], at: datetime
) -> Parcel:
    payload = row.payload or {}
    if "sealed" in payload:  # finished elsewhere: a reply that is forwarded
        body = path_of(str(payload["sealed"])).read_bytes()
        return Parcel(row.id, str(payload.get("return_path", "")), row.address, body)
    given: Mapping[str, object] = payload.get("values") or {}  # type: ignore[assignment]
    facts = {**(values.get(row.person_id or 0) or {}), SHARE_URL: open_dispatch.share_url, **given}
    personal = PersonalFacts(
        message=row.id,
        opaque=row.opaque,
        address=row.address,
        name=str(facts.get("full_name", "")),
        values=facts,
    )
    renderer = open_dispatch.templates.renderer_for(row.language)
    mail = renderer.render(personal, at=at, promotion=open_dispatch.includes_promotion(row))
    return Parcel(row.id, mail.return_path, mail.recipient, mail.body, mail.needs_smtputf8)


def load_open_dispatches(*, signer: Signer, known: dict[int, OpenDispatch]) -> dict[int, OpenDispatch]:
    """Return the open dispatches by id. Known compiled templates are reused, unless the relay now (no longer) signs."""
    rows = Dispatch.objects.filter(state=Dispatch.State.OPEN).select_related(
        "brand", "purpose", "topic__brand", "promotion_topic__purpose", "relay"
    )
    fresh: dict[int, OpenDispatch] = {}
    for dispatch in rows:
        signs = bool(dispatch.relay and dispatch.relay.relay_signs)
        old = known.get(dispatch.pk)
        if old is not None and old.templates.relay_signs == signs:
            # The topic may have become private meanwhile.
            old.dispatch, old.share_url = dispatch, find_share_url(dispatch)
            fresh[dispatch.pk] = old
            continue
        fresh[dispatch.pk] = OpenDispatch(
            dispatch, CompiledTemplates(dispatch, signer, signs), find_share_url(dispatch)
        )
    return fresh
