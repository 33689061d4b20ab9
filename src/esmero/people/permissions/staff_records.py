"""What staff hear of a person and write down: a permission, a withdrawal, a pause, silence for an address, a note."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.people.addresses.suppression import hash_address, lift, suppress
from esmero.people.models import Address, Note, PermissionEntry, Person, Preference, Suppression, Topic
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.permissions.preferences import pause
from esmero.vault.files import seal

BY_STAFF = "staff"  # the reason of a silence that a person of the house asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffStatement:
    """What somebody said: `act` granted, withdrawn or objected; `personally`: they said it to us, it is no list."""

    act: str
    topic: Topic
    channel: str
    source: str
    at: datetime
    basis: str = ""
    wording: str = ""
    wording_version: str = ""
    personally: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFile:
    """A file that shows what was said."""

    content: bytes
    name: str
    media_type: str


def record_statement(
    person: Person, *, said: StaffStatement, proof: ProofFile | None, by: User | str
) -> PermissionEntry | None:
    """Append a statement to the ledger and give its entry; None where the ledger says exactly that already."""
    with transaction.atomic():
        sealed = (
            seal(proof.content, kind="permission-proof", media_type=proof.media_type, name=proof.name)
            if proof
            else None
        )
        entries = record(
            [
                NewEntry(
                    person=person.pk,
                    brand=said.topic.brand_id,
                    purpose=said.topic.purpose_id,
                    topic=said.topic.pk,
                    act=said.act,
                    basis=said.basis if said.act == PermissionEntry.Act.GRANTED else "",
                    channel=said.channel,
                    source=said.source,
                    at=said.at,
                    wording=said.wording,
                    wording_version=said.wording_version,
                    proof=sealed.pk if sealed else None,
                    proof_place=proof.name if proof else "",
                    by_person=said.personally,
                )
            ]
        )
        if not entries:
            return None
        facts = {"entry": entries[0].pk, "act": said.act, "topic": said.topic.code, "channel": said.channel}
        note("permission.recorded", by=by, subject=person, facts=facts)
    return entries[0]


def pause_person(person: Person, *, brand: Brand, until: datetime | None, by: User | str) -> datetime | None:
    """Keep silent towards a person until a moment (None: no longer) and return until when it was before."""
    with transaction.atomic():
        before = (
            Preference.objects.filter(person=person, brand=brand, topic=None)
            .values_list("paused_until", flat=True)
            .first()
        )
        pause(person, brand=brand, until=until)
        facts = {"until": until.isoformat() if until else "", "brand": brand.slug}
        note("person.paused" if until else "person.pause-ended", by=by, subject=person, facts=facts)
    return before


def silence_address(address: Address, *, scope: str, brand: Brand | None, reason: str, by: User | str) -> Suppression:
    """Silence an address because somebody of the house says so; `reason` is kept as the evidence."""
    with transaction.atomic():
        at = timezone.now()
        evidence = f"{by}: {reason}"
        row = suppress(address.value, scope=scope, reason=BY_STAFF, evidence=evidence, at=at, brand=brand)
        note("address.silenced", by=by, subject=address, facts={"scope": scope, "reason": reason, "row": row.pk})
    return row


def lift_silence(address: Address, *, reason: str, by: User | str) -> list[int]:
    """Let an address speak again and return the ids of the silences that were lifted."""
    with transaction.atomic():
        at = timezone.now()
        lift(address.value, at=at)
        ids = list(
            Suppression.objects.filter(hash=hash_address(address.value), lifted_at=at).values_list("id", flat=True)
        )
        note("address.lifted", by=by, subject=address, facts={"reason": reason, "rows": ids})
    return ids


def lift_rows(address: Address, *, rows: list[int], by: User | str) -> None:
    """Take back a silence that was just laid on an address; others that stand on it stay."""
    with transaction.atomic():
        Suppression.objects.filter(pk__in=rows, hash=hash_address(address.value)).update(lifted_at=timezone.now())
        if not _standing(address).exists():
            Address.objects.filter(pk=address.pk, standing=Address.Standing.SUPPRESSED).update(
                standing=Address.Standing.OK, reason="", since=None
            )
        note("address.lifted", by=by, subject=address, facts={"reason": "taken back", "rows": rows})


def silence_again(address: Address, *, rows: list[int], by: User | str) -> None:
    """Take back that silences were lifted."""
    with transaction.atomic():
        Suppression.objects.filter(pk__in=rows, hash=hash_address(address.value)).update(lifted_at=None)
        whole = _standing(address).order_by("id").first()
        if whole is not None:
            Address.objects.filter(pk=address.pk).update(
                standing=Address.Standing.SUPPRESSED, reason=whole.reason, since=whole.since
            )
        note("address.silenced", by=by, subject=address, facts={"reason": "taken back", "rows": rows})


def write_note(person: Person, *, kind: str, text: str, at: datetime, by: User | str) -> Note:
    """Write down a call, a visit or a thought, as a moment of the person's story."""
    with transaction.atomic():
        row = Note.objects.create(person=person, kind=kind, text=text, at=at, by=str(by))
        note("person.noted", by=by, subject=person, facts={"note": row.pk})
    return row


def drop_note(pk: int, *, by: User | str) -> None:
    """Forget a note."""
    with transaction.atomic():
        row = Note.objects.select_related("person").filter(pk=pk).first()
        if row is not None:
            note("person.note-dropped", by=by, subject=row.person, facts={"note": pk})
            row.delete()


def _standing(address: Address) -> QuerySet[Suppression]:
    return Suppression.objects.filter(
        hash=hash_address(address.value), lifted_at__isnull=True, scope=Suppression.Scope.ALL, brand=None
    )
