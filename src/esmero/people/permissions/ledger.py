"""Append grants, withdrawals and objections to the permission ledger and derive the current permissions in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

from django.db import connection, transaction
from django.utils import timezone

from esmero.house.happenings import (
    PermissionExpired,
    PermissionGranted,
    PermissionHappening,
    PermissionObjected,
    PermissionRequested,
    PermissionWithdrawn,
    happen_all,
)
from esmero.house.models import Brand
from esmero.people.models import Channel, Permission, PermissionEntry, Person, Purpose, Topic
from esmero.people.permissions.state import BASES, PermissionFact, PermissionState, compute_state
from esmero.policy.permission import CONSENT

type _Key = tuple[int, int, str, int, int | None]
_HAPPENINGS: Mapping[str, type[PermissionHappening]] = {
    PermissionEntry.Act.REQUESTED: PermissionRequested,
    PermissionEntry.Act.GRANTED: PermissionGranted,
    PermissionEntry.Act.EXPIRED: PermissionExpired,
    PermissionEntry.Act.WITHDRAWN: PermissionWithdrawn,
    PermissionEntry.Act.OBJECTED: PermissionObjected,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Describe one act to record, by ids. `at` is the stated date, None if unknown.

    `basis` (of a grant) is one of state.BASES. `by_person` is True if the person acted directly (page, mail), not in a
    list.
    """

    person: int
    brand: int
    purpose: int
    topic: int | None
    act: str
    source: str
    at: datetime | None = None
    channel: str = Channel.EMAIL
    basis: str = ""
    wording: str = ""
    wording_version: str = ""
    proof: int | None = None
    proof_place: str = ""
    by_person: bool = False

    def __post_init__(self) -> None:
        if self.act == PermissionEntry.Act.GRANTED and self.basis not in BASES:
            raise ValueError(f"Basis {self.basis!r} is unknown; give one of {', '.join(sorted(BASES))}.")
        if not self.source.strip():
            raise ValueError("A permission needs its source: say where this comes from.")

    @property
    def key(self) -> _Key:
        return (self.person, self.brand, self.channel, self.purpose, self.topic)


def record(
    entries: Sequence[NewEntry], *, now: datetime | None = None, announced: bool = True
) -> list[PermissionEntry]:
    """Append acts and update the derived permissions in one transaction; return the new entries.

    A future date is stored as now: it counts, but does not override a later withdrawal. Duplicates are skipped: the
    same act of the same date, or an act of a list without a usable date that the ledger holds already. `announced`:
    each is a happening; an import has one for all.
    """
    if not entries:
        return []
    now = now or timezone.now()
    with transaction.atomic():
        known = _read_ledger(entries)
        fresh = []
        for new in entries:
            row = _build(new, now=now)
            if not any(_is_repeated(row, old, dated=new.at is not None and new.at <= now) for old in known[new.key]):
                known[new.key].append(row)
                fresh.append(row)
        PermissionEntry.objects.bulk_create(fresh)
        touched = {_key_of(row) for row in fresh}
        _write_permissions({key: compute_state(_fact_of(row) for row in known[key]) for key in touched})
        if announced:
            happen_all(_HAPPENINGS[row.act](person_id=row.person_id, entry_id=row.pk) for row in fresh)
    return fresh


def recompute_permissions(persons: Iterable[int]) -> None:
    """Derive all permissions of these persons from the ledger again, in the caller's transaction (after a merge)."""
    ids = set(persons)
    known: dict[_Key, list[PermissionEntry]] = defaultdict(list)
    for row in PermissionEntry.objects.filter(person__in=ids).order_by("id"):
        known[_key_of(row)].append(row)
    stale = [row.pk for row in Permission.objects.filter(person__in=ids) if _key_of(row) not in known]
    Permission.objects.filter(pk__in=stale).delete()
    _write_permissions({key: compute_state(_fact_of(row) for row in rows) for key, rows in known.items()})


def remove_entries(entries: Sequence[PermissionEntry]) -> None:
    """Remove entries of an import that is taken back, and derive the permissions without them.

    The ledger is append-only: the caller has made sure that no message rests on these entries. Call it inside a
    transaction.
    """
    gone = {row.pk for row in entries}
    persons = {row.person_id for row in entries}
    if not gone:
        return
    known: dict[_Key, list[PermissionEntry]] = defaultdict(list)
    for row in PermissionEntry.objects.filter(person__in=persons).exclude(pk__in=gone).order_by("id"):
        known[_key_of(row)].append(row)
    touched = {_key_of(row) for row in entries}
    stale = [row.pk for row in Permission.objects.filter(person__in=persons) if _key_of(row) in touched - known.keys()]
    Permission.objects.filter(pk__in=stale).delete()
    _write_permissions({key: compute_state(_fact_of(row) for row in known[key]) for key in touched & known.keys()})
    PermissionEntry.objects.filter(pk__in=gone).delete()


class EntryDetails(TypedDict, total=False):
    """Describe the optional facts of an act."""

    at: datetime | None
    channel: str
    wording: str
    wording_version: str
    proof: int | None
    proof_place: str
    by_person: bool


def grant(
    person: Person,
    *,
    brand: Brand,
    purpose: Purpose,
    source: str,
    topic: Topic | None = None,
    basis: str = CONSENT,
    **details: Unpack[EntryDetails],
) -> None:
    """Record a grant with its legal basis (state.BASES) and wording."""
    about = _describe(person, brand, purpose, topic)
    record([NewEntry(**about, act=PermissionEntry.Act.GRANTED, basis=basis, source=source, **details)])


def withdraw(
    person: Person,
    *,
    brand: Brand,
    purpose: Purpose,
    source: str,
    topic: Topic | None = None,
    **details: Unpack[EntryDetails],
) -> None:
    """Record a withdrawal; without a topic it covers the whole purpose."""
    about = _describe(person, brand, purpose, topic)
    record([NewEntry(**about, act=PermissionEntry.Act.WITHDRAWN, source=source, **details)])


def object_to(
    person: Person,
    *,
    brand: Brand,
    purpose: Purpose,
    source: str,
    topic: Topic | None = None,
    **details: Unpack[EntryDetails],
) -> None:
    """Record an objection (Regulation (EU) 2016/679 art. 21(2)); without a topic it covers all commercial mail."""
    about = _describe(person, brand, purpose, topic)
    record([NewEntry(**about, act=PermissionEntry.Act.OBJECTED, source=source, **details)])


class _About(TypedDict):
    person: int
    brand: int
    purpose: int
    topic: int | None


def _describe(person: Person, brand: Brand, purpose: Purpose, topic: Topic | None) -> _About:
    return {"person": person.pk, "brand": brand.pk, "purpose": purpose.pk, "topic": topic.pk if topic else None}


def _read_ledger(entries: Sequence[NewEntry]) -> dict[_Key, list[PermissionEntry]]:
    persons = {entry.person for entry in entries}
    # Locked in the order of ids, lest two writers wait for each other; SQLite has one writer at a time anyway.
    if connection.features.has_select_for_update:
        list(Person.objects.filter(id__in=persons).order_by("id").select_for_update().values_list("id"))
    known: dict[_Key, list[PermissionEntry]] = defaultdict(list)
    rows = PermissionEntry.objects.filter(person__in=persons, brand__in={entry.brand for entry in entries})
    for row in rows.order_by("id"):
        known[_key_of(row)].append(row)
    return known


def _build(new: NewEntry, *, now: datetime) -> PermissionEntry:
    return PermissionEntry(
        person_id=new.person,
        brand_id=new.brand,
        channel=new.channel,
        purpose_id=new.purpose,
        topic_id=new.topic,
        act=new.act,
        basis=new.basis,
        at=min(new.at or now, now),
        wording=new.wording,
        wording_version=new.wording_version[:40],
        source=new.source[:300],
        proof_id=new.proof,
        proof_place=new.proof_place[:200],
        by_person=new.by_person,
    )


def _is_repeated(row: PermissionEntry, old: PermissionEntry, *, dated: bool) -> bool:
    if (row.act, row.basis, row.by_person) != (old.act, old.basis, old.by_person):
        return False
    # An undated entry of a list carries the time of recording: compare its source instead.
    if dated or row.by_person:
        return row.at == old.at and row.wording == old.wording
    return (row.wording, row.source) == (old.wording, old.source)


def _key_of(row: PermissionEntry | Permission) -> _Key:
    return (row.person_id, row.brand_id, row.channel, row.purpose_id, row.topic_id)


def _fact_of(row: PermissionEntry) -> PermissionFact:
    return PermissionFact(row.pk, row.act, row.basis, row.at, row.by_person)


def _write_permissions(outcomes: dict[_Key, PermissionState]) -> None:
    persons = {key[0] for key in outcomes}
    existing = {_key_of(row): row for row in Permission.objects.filter(person__in=persons)}
    fresh, changed = [], []
    for key, outcome in outcomes.items():
        row = existing.get(key)
        if row is None:
            person, brand, channel, purpose, topic = key
            row = Permission(person_id=person, brand_id=brand, channel=channel, purpose_id=purpose, topic_id=topic)
            fresh.append(row)
        else:
            changed.append(row)
        row.granted_at, row.basis = outcome.granted_at, outcome.basis
        row.withdrawn_at, row.objected = outcome.withdrawn_at, outcome.objected
        row.state, row.entry_id = outcome.state, outcome.entry
    Permission.objects.bulk_create(fresh)
    # INSERT … ON CONFLICT in one statement: the CASE … WHEN of bulk_update is ten times slower.
    Permission.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["granted_at", "basis", "withdrawn_at", "objected", "state", "entry"],
    )
