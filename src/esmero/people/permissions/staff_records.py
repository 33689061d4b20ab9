"""Record statements that a person makes to staff: permissions, withdrawals, pauses, suppressions and notes."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.people.addresses.suppression import hash_address, lift_suppressions, suppress
from esmero.people.models import Address, Note, PermissionEntry, Person, Preference, Suppression, Topic
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.permissions.preferences import pause
from esmero.vault.uploads import CheckedFile, keep_upload

BY_STAFF = "staff"  # reason of a suppression set by staff


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffStatement:
    """Describe a statement: `act` is granted, withdrawn or objected; `personally` excludes acts taken from a list."""

    act: str
    topic: Topic
    channel: str
    source: str
    at: datetime
    basis: str = ""
    wording: str = ""
    wording_version: str = ""
    personally: bool = False


def record_statement(
    person: Person, *, statement: StaffStatement, proof: CheckedFile | None, by: User | str
) -> PermissionEntry | None:
    """Append a statement to the ledger and return its entry; None if the ledger holds it already."""
    with transaction.atomic():
        sealed = keep_upload(proof) if proof else None
        entries = record(
            [
                NewEntry(
                    person=person.pk,
                    brand=statement.topic.brand_id,
                    purpose=statement.topic.purpose_id,
                    topic=statement.topic.pk,
                    act=statement.act,
                    basis=statement.basis if statement.act == PermissionEntry.Act.GRANTED else "",
                    channel=statement.channel,
                    source=statement.source,
                    at=statement.at,
                    wording=statement.wording,
                    wording_version=statement.wording_version,
                    proof=sealed.pk if sealed else None,
                    proof_place=proof.name if proof else "",
                    by_person=statement.personally,
                )
            ]
        )
        if not entries:
            return None
        facts = {
            "entry": entries[0].pk,
            "act": statement.act,
            "topic": statement.topic.code,
            "channel": statement.channel,
        }
        note("permission.recorded", by=by, subject=person, facts=facts)
    return entries[0]


def pause_person(person: Person, *, brand: Brand, until: datetime | None, by: User | str) -> datetime | None:
    """Pause all mail of a brand until a time (None ends the pause) and return the previous end."""
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


def suppress_address(address: Address, *, scope: str, brand: Brand | None, reason: str, by: User | str) -> Suppression:
    """Suppress an address on behalf of staff; `reason` is stored as the evidence."""
    with transaction.atomic():
        at = timezone.now()
        evidence = f"{by}: {reason}"
        row = suppress(address.value, scope=scope, reason=BY_STAFF, evidence=evidence, at=at, brand=brand)
        note("address.silenced", by=by, subject=address, facts={"scope": scope, "reason": reason, "row": row.pk})
    return row


def lift_address_suppressions(address: Address, *, reason: str, by: User | str) -> list[int]:
    """Lift all suppressions of an address and return the ids of the lifted rows."""
    with transaction.atomic():
        at = timezone.now()
        lift_suppressions(address.value, at=at)
        ids = list(
            Suppression.objects.filter(hash=hash_address(address.value), lifted_at=at).values_list("id", flat=True)
        )
        note("address.lifted", by=by, subject=address, facts={"reason": reason, "rows": ids})
    return ids


def undo_suppression(address: Address, *, rows: list[int], by: User | str) -> None:
    """Undo a suppression made by staff; other suppressions of the address stay."""
    with transaction.atomic():
        Suppression.objects.filter(pk__in=rows, hash=hash_address(address.value)).update(lifted_at=timezone.now())
        if not _active_suppressions(address).exists():
            Address.objects.filter(pk=address.pk, standing=Address.Standing.SUPPRESSED).update(
                standing=Address.Standing.OK, reason="", since=None
            )
        note("address.lifted", by=by, subject=address, facts={"reason": "taken back", "rows": rows})


def undo_lifting(address: Address, *, rows: list[int], by: User | str) -> None:
    """Undo the lifting of suppressions."""
    with transaction.atomic():
        Suppression.objects.filter(pk__in=rows, hash=hash_address(address.value)).update(lifted_at=None)
        whole = _active_suppressions(address).order_by("id").first()
        if whole is not None:
            Address.objects.filter(pk=address.pk).update(
                standing=Address.Standing.SUPPRESSED, reason=whole.reason, since=whole.since
            )
        note("address.silenced", by=by, subject=address, facts={"reason": "taken back", "rows": rows})


def write_note(person: Person, *, kind: str, text: str, at: datetime, by: User | str) -> Note:
    """Store a Note about a call, a visit or a letter; it appears in the person's timeline."""
    with transaction.atomic():
        row = Note.objects.create(person=person, kind=kind, text=text, at=at, by=str(by))
        note("person.noted", by=by, subject=person, facts={"note": row.pk})
    return row


def delete_note(pk: int, *, by: User | str) -> None:
    """Delete a Note."""
    with transaction.atomic():
        row = Note.objects.select_related("person").filter(pk=pk).first()
        if row is not None:
            note("person.note-dropped", by=by, subject=row.person, facts={"note": pk})
            row.delete()


def _active_suppressions(address: Address) -> QuerySet[Suppression]:
    return Suppression.objects.filter(
        hash=hash_address(address.value), lifted_at__isnull=True, scope=Suppression.Scope.ALL, brand=None
    )
