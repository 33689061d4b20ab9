"""The sender's work on the database, in batches: claim, gather, ask the gate, print. Runs in the sender's thread."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from esmero.mailroom.composing.compiled_templates import CompiledTemplates
from esmero.mailroom.composing.public_archive import find_share_url
from esmero.mailroom.composing.recipient_fields import SHARE_URL, read_values
from esmero.mailroom.planning.case_file import AddressedPerson, DispatchReason, describe_occasion, gather_recipients
from esmero.outbox.claims import ClaimedMessage, claim_messages, put_on_wire
from esmero.outbox.journal import Journal
from esmero.outbox.ledger import give_up, lose_promotions, refuse
from esmero.outbox.models import Dispatch, MessageClass
from esmero.outbox.transports.parcels import Parcel
from esmero.policy.gate import judge_occasion, judge_recipient
from esmero.rendering.message import PersonalFacts
from esmero.rendering.mime.headers import HeaderInjection
from esmero.rendering.templates.problem import TemplateFault
from esmero.rendering.tokens import Signer
from esmero.vault.files import path_of

VERDICT_AGE = timedelta(minutes=1)


@dataclass
class OpenDispatch:
    """A dispatch that is open now, ready to be printed."""

    dispatch: Dispatch
    presses: CompiledTemplates
    share: str = ""

    def prints_promotion(self, row: ClaimedMessage) -> bool:
        """Say whether this message goes with the promotion: one that nobody was asked about goes only in advertising."""
        dispatch = self.dispatch
        if dispatch.message_class == MessageClass.INTERNAL:
            return bool((row.payload or {}).get("promotion", True))
        asked = dispatch.promotion_topic_id is not None or dispatch.message_class == MessageClass.COMMERCIAL
        return asked and not row.promotion

    def reason(self) -> DispatchReason:
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
    """Claimed messages on their way through the stages; `values` are the fields of their persons."""

    claimed: list[ClaimedMessage]
    judged_at: datetime
    addresses: dict[int, str] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)


def is_stale(judged_at: datetime, *, now: datetime) -> bool:
    """Say whether a verdict is too old to hand a message over by it: consent may be withdrawn while a mail waits."""
    return now - judged_at > VERDICT_AGE


def take_batch(*, worker: str, routes: dict[int, OpenDispatch], most: int, now: datetime) -> ClaimedBatch | None:
    """Claim due messages of these routes and ask the gate about each; None when nothing is due."""
    claimed = claim_messages(worker=worker, dispatch_ids=routes, now=now, most=most)
    if not claimed:
        return None
    passed = ask_gate(claimed, routes=routes, worker=worker, now=now)
    return ClaimedBatch(
        claimed=passed,
        judged_at=now,
        addresses={row.id: row.address for row in passed},
        tries={row.id: row.tries for row in passed},
    )


def ask_gate(
    claimed: Sequence[ClaimedMessage], *, routes: dict[int, OpenDispatch], worker: str, now: datetime
) -> list[ClaimedMessage]:
    """Judge these messages; those that may not go are written back with their objections. Returns the others.

    A promotion that was lost once, in the dry run or here, stays lost: whoever goes on carries its codes.
    """
    by_dispatch: dict[int, list[ClaimedMessage]] = defaultdict(list)
    for row in claimed:
        by_dispatch[row.dispatch_id].append(row)
    passed: list[ClaimedMessage] = []
    objected: list[tuple[int, str, dict[str, object] | None, datetime | None]] = []
    lost: list[tuple[int, str, dict[str, object]]] = []
    for dispatch_id, rows in by_dispatch.items():
        route = routes[dispatch_id]
        if route.dispatch.message_class == MessageClass.INTERNAL:
            passed += rows
            continue
        reason = route.reason()
        findings = judge_occasion(describe_occasion(reason, at=now))
        people = [AddressedPerson(row.person_id or 0, row.address) for row in rows]
        for row, recipient in zip(rows, gather_recipients(people, reason=reason), strict=True):
            verdict = judge_recipient(recipient, findings=findings)
            if verdict.outcome == "go_without_promotion" and not row.promotion:
                codes = verdict.slot_codes()
                lost.append((row.id, codes, dict(verdict.facts())))
                passed.append(row._replace(promotion=codes))
            elif verdict.outcome in ("go", "go_without_promotion"):
                passed.append(row)
            else:
                until = verdict.until if verdict.outcome == "wait" else None
                objected.append((row.id, verdict.body_codes(), dict(verdict.facts()), until))
    if lost:
        lose_promotions(lost, worker=worker, at=now)
    if objected:
        refuse(objected, worker=worker, at=now)
    return passed


def print_parcels(
    rows: Sequence[ClaimedMessage], *, routes: dict[int, OpenDispatch], worker: str, journal: Journal, at: datetime
) -> list[Parcel]:
    """Print messages, mark them as on the wire in ledger and journal, and return those that may be handed over.

    What cannot be printed is put to rest with its reason; what another worker holds by now is left alone.
    """
    values = read_values(row.person_id for row in rows if row.person_id is not None)
    parcels: list[Parcel] = []
    faults: list[tuple[int, str]] = []
    for row in rows:
        try:
            parcels.append(_print(row, route=routes[row.dispatch_id], values=values, at=at))
        except (HeaderInjection, TemplateFault, OSError, ValueError) as fault:
            faults.append((row.id, f"This message could not be made: {fault}"))
    if faults:
        give_up(faults, worker=worker)
    held = put_on_wire([parcel.key for parcel in parcels], worker=worker)
    ours = [parcel for parcel in parcels if parcel.key in held]
    journal.hand_over(parcel.key for parcel in ours)
    return ours


def _print(
    row: ClaimedMessage, *, route: OpenDispatch, values: Mapping[int, Mapping[str, object]], at: datetime
) -> Parcel:
    payload = row.payload or {}
    if "sealed" in payload:  # finished elsewhere: a reply that is forwarded
        body = path_of(str(payload["sealed"])).read_bytes()
        return Parcel(row.id, str(payload.get("return_path", "")), row.address, body)
    given: Mapping[str, object] = payload.get("values") or {}  # type: ignore[assignment]
    facts = {**(values.get(row.person_id or 0) or {}), SHARE_URL: route.share, **given}
    personal = PersonalFacts(
        message=row.id,
        opaque=row.opaque,
        address=row.address,
        name=str(facts.get("full_name", "")),
        values=facts,
    )
    mail = route.presses.renderer_for(row.language).render(personal, at=at, promotion=route.prints_promotion(row))
    return Parcel(row.id, mail.return_path, mail.recipient, mail.body, mail.needs_smtputf8)


def load_routes(*, signer: Signer, known: dict[int, OpenDispatch]) -> dict[int, OpenDispatch]:
    """Return the open dispatches by id; presses that are known stay, unless it changed who signs."""
    rows = Dispatch.objects.filter(state=Dispatch.State.OPEN).select_related(
        "brand", "purpose", "topic__brand", "promotion_topic__purpose", "relay"
    )
    fresh: dict[int, OpenDispatch] = {}
    for dispatch in rows:
        signs = bool(dispatch.relay and dispatch.relay.relay_signs)
        old = known.get(dispatch.pk)
        if old is not None and old.presses.relay_signs == signs:
            old.dispatch, old.share = dispatch, find_share_url(dispatch)  # a topic may be made private meanwhile
            fresh[dispatch.pk] = old
            continue
        fresh[dispatch.pk] = OpenDispatch(
            dispatch, CompiledTemplates(dispatch, signer, signs), find_share_url(dispatch)
        )
    return fresh
