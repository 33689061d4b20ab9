"""Merge two person rows of one human being, with a record of every change, so that it can be undone.

The history moves: messages, conversations, permissions, import lines. A withdrawal of either wins as within one ledger
(people/permissions/state.py): only a later consent by the person themselves overrides it. Addresses keep their status,
since suppression belongs to the address. The merged row stays: its number still resolves to the survivor.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils import timezone

from esmero.campaigns.lifecycle import reopen_for_retry
from esmero.house.audit import note
from esmero.house.happenings import PersonMerged, PersonUnmerged, happen
from esmero.house.models import User
from esmero.outbox.models import Message
from esmero.people.models import (
    ContactPoint,
    Duplicate,
    Membership,
    Merge,
    Permission,
    PermissionEntry,
    Person,
    Preference,
)
from esmero.people.permissions.ledger import recompute_permissions
from esmero.people.persons.merged_organisations import resolve_organisations
from esmero.people.persons.names import update_folded
from esmero.people.search_texts import index_persons
from esmero.privacy.merge_columns import CONFLICT_STATES, MERGE_RULES, UNIQUE_WITH
from esmero.privacy.row_snapshots import RowSnapshot, read_snapshot, recreate_rows, take_snapshot
from esmero.refusal import Refusal
from esmero.work.wakeups import wake

# Fields to choose from, besides custom fields ("own:KEY").
CHOICES = (
    "number", "title", "given_name", "family_name", "language", "country", "organisation", "position", "address",
    "capacity", "tax_id", "timezone",
)  # fmt: skip
_COLUMN = {"organisation": "organisation_id", "address": "address_id"}
_UNSENT = frozenset({Message.State.PLANNED, Message.State.WAITING, Message.State.HELD})
_LEFT_OUT = frozenset({Message.State.REFUSED, Message.State.CANCELLED})


def propose_fields(survivor: Person, merged: Person) -> set[str]:
    """Return the fields to take from the merged person: those that the survivor lacks."""
    names = {name for name in CHOICES if not _value(survivor, name) and _value(merged, name)}
    if survivor.organisation_id and survivor.organisation_id != merged.organisation_id:
        names.discard("position")  # it is one in another organisation
    return names | {
        f"own:{key}" for key, value in merged.fields.items() if value is not None and key not in survivor.fields
    }


def merge(survivor: Person, merged: Person, *, taken: Collection[str], by: User | str) -> Merge:
    """Merge a person into the survivor; `taken` names the fields taken from the merged one (CHOICES, own:KEY).

    Raises:
        Refusal: they are the same row, or one of them is not active.

    """
    with transaction.atomic():
        survivor, merged = _lock(survivor, merged)
        if survivor.pk == merged.pk or {survivor.state, merged.state} != {Person.State.ACTIVE}:
            raise Refusal("merge-impossible")
        done = Merge.objects.create(kept=survivor, gone=merged, by=str(by))
        facts: dict[str, Any] = {"kept": take_snapshot(survivor), "gone": take_snapshot(merged)}
        facts["last_entry"] = PermissionEntry.objects.filter(person=survivor).order_by("-id").values_list("id").first()
        permissions = Permission.objects.filter(person__in=[survivor.pk, merged.pk]).order_by("id")
        facts["standings"] = [take_snapshot(row) for row in permissions]
        facts["messages"] = _move_messages(survivor, merged)
        facts["wishes"] = _join_preferences(survivor, merged)
        facts["moved"], facts["away"] = _move_rows(survivor, merged)
        permissions.filter(person=merged).delete()
        # Derived rows: computed again from the ledger entries that moved above.
        recompute_permissions([survivor.pk])
        facts["added"] = _keep_addresses(survivor, merged)
        facts["joined"] = _keep_organisations(survivor, merged, taken=taken)
        facts["now"] = _write_persons(survivor, merged, taken=taken)
        index_persons([survivor.pk, merged.pk])
        facts["pair"] = _decide_pair(survivor, merged, by=by, at=done.at)
        done.facts = facts
        done.save(update_fields=["facts"])
        note(
            "people.merged",
            by=by,
            subject=survivor,
            facts={"gone": merged.pk, "merge": done.pk, "taken": sorted(taken)},
        )
        happen(PersonMerged(person_id=survivor.pk, merged_id=merged.pk, merge_id=done.pk))
    return done


def undo_merge(done: Merge, *, by: User | str) -> None:
    """Undo a merge: moved rows go back, removed rows are created again, rows created since stay.

    Raises:
        Refusal: it was undone already, or a later merge builds on it.

    """
    with transaction.atomic():
        done = Merge.objects.select_for_update(of=("self",)).get(pk=done.pk)
        survivor, merged = _lock(done.kept, done.gone)
        later = Merge.objects.filter(Q(kept=survivor) | Q(gone=survivor), undone_at__isnull=True, pk__gt=done.pk)
        if done.undone_at is not None or survivor.state == Person.State.ERASED or merged.state != Person.State.MERGED:
            raise Refusal("merge-undone")
        if later.exists():
            raise Refusal("merged-again")
        facts = _resolve_merged_organisations(done.facts)
        Permission.objects.filter(person=survivor).delete()
        for label, ids in facts["moved"].items():
            _model(label)._default_manager.filter(pk__in=ids, person=survivor).update(person=merged)
        ContactPoint.objects.filter(pk__in=facts["added"], person=survivor).delete()
        Membership.objects.filter(pk__in=facts.get("joined", []), person=survivor).delete()
        for label, rows in facts["away"].items():
            recreate_rows(_model(label), rows)
        _restore_messages(facts["messages"], survivor=survivor, merged=merged)
        _restore_preferences(facts["wishes"])
        recreate_rows(Permission, facts["standings"])
        if PermissionEntry.objects.filter(person=survivor, pk__gt=(facts["last_entry"] or [0])[0]).exists():
            recompute_permissions([survivor.pk])
        _restore_persons(survivor, merged, facts)
        beside = Membership.objects.filter(person__in=[survivor.pk, merged.pk])
        beside.filter(organisation=F("person__organisation")).delete()  # those of organisations merged meanwhile
        index_persons([survivor.pk, merged.pk])
        _restore_pair(facts["pair"])
        Merge.objects.filter(pk=done.pk).update(undone_at=timezone.now(), undone_by=str(by))
        note("people.unmerged", by=by, subject=survivor, facts={"gone": merged.pk, "merge": done.pk})
        happen(PersonUnmerged(person_id=survivor.pk, merged_id=merged.pk, merge_id=done.pk))
        wake(Message)  # cancelled ones may be planned again


def _lock(*persons: Person) -> tuple[Person, Person]:
    rows = Person.objects.filter(pk__in=[one.pk for one in persons]).order_by("id").select_for_update(of=("self",))
    found = {row.pk: row for row in rows.select_related("address", "organisation")}
    return found[persons[0].pk], found[persons[1].pk]


def _model(label: str) -> type[Model]:
    return apps.get_model(label)


def _value(person: Person, name: str) -> Any:
    if name.startswith("own:"):
        return person.fields.get(name.removeprefix("own:"))
    return getattr(person, _COLUMN.get(name, name))


def _move_rows(survivor: Person, merged: Person) -> tuple[dict[str, list[int]], dict[str, list[RowSnapshot]]]:
    """Move rows by MERGE_RULES; return the moved ids by model, and snapshots of removed duplicates."""
    moved: dict[str, list[int]] = {}
    away: dict[str, list[RowSnapshot]] = {}
    for label, columns in MERGE_RULES.items():
        fate = columns.get("person")
        if fate not in {"move", "once"} or label == "esmero.Message":
            continue
        manager = _model(label)._default_manager
        rows = list(manager.filter(person=merged).order_by("id"))
        extra = []
        if fate == "once":
            theirs = manager.filter(person=survivor)
            if label in CONFLICT_STATES:
                theirs = theirs.filter(**dict([CONFLICT_STATES[label]]))
            have = set(theirs.values_list(*UNIQUE_WITH[label]))
            extra = [row for row in rows if tuple(getattr(row, name) for name in UNIQUE_WITH[label]) in have]
        away[label] = [take_snapshot(row) for row in extra]
        manager.filter(pk__in=[row.pk for row in extra]).delete()
        moved[label] = [row.pk for row in rows if row not in extra]
        manager.filter(pk__in=moved[label]).update(person=survivor)
    return moved, away


def _move_messages(survivor: Person, merged: Person) -> list[RowSnapshot]:
    """Move messages; return their previous values.

    If both have one of the same dispatch, the merged person's gets an occasion of its own, and is cancelled if unsent,
    so that nobody gets a message twice.
    """
    theirs = {
        (row.dispatch_id, row.occasion): row for row in Message.objects.filter(person=survivor).only(*_MESSAGE_COLUMNS)
    }
    before = []
    for row in Message.objects.filter(person=merged).only(*_MESSAGE_COLUMNS).order_by("id"):
        same = theirs.get((row.dispatch_id, row.occasion))
        due = row.due_at.isoformat() if row.due_at else None
        was = {
            "id": row.pk,
            "occasion": row.occasion,
            "state": row.state,
            "due_at": due,
            "stopped": False,
            "dispatch": row.dispatch_id,
        }
        changes: dict[str, Any] = {"person": survivor}
        if same is not None:
            changes["occasion"] = f"merged {merged.pk} {row.occasion}".strip()[:80]
            if row.state in _UNSENT and same.state not in _LEFT_OUT:
                was["stopped"] = True
                changes |= {"state": Message.State.CANCELLED, "due_at": None}
        Message.objects.filter(pk=row.pk).update(**changes)
        before.append(was)
    return before


_MESSAGE_COLUMNS = ("id", "dispatch_id", "occasion", "state", "due_at")


def _restore_messages(before: list[RowSnapshot], *, survivor: Person, merged: Person) -> None:
    for was in before:
        row = Message.objects.filter(pk=was["id"], person=survivor)
        if was["stopped"]:
            due = datetime.fromisoformat(was["due_at"]) if was["due_at"] else None
            if row.filter(state=Message.State.CANCELLED).update(state=was["state"], due_at=due):
                reopen_for_retry(was["dispatch"])
        row.update(person=merged, occasion=was["occasion"])


def _join_preferences(survivor: Person, merged: Person) -> list[dict[str, RowSnapshot]]:
    """Combine preferences of both for the same topic: the stricter value of each column applies."""
    theirs = {(row.brand_id, row.topic_id): row for row in Preference.objects.filter(person=merged)}
    joined = []
    for row in Preference.objects.filter(person=survivor).order_by("id"):
        other = theirs.get((row.brand_id, row.topic_id))
        if other is None:
            continue
        before = take_snapshot(row)
        wanted = [one for one in (row.wanted, other.wanted) if one is not None]
        row.wanted = all(wanted) if wanted else None
        row.minimum_gap_days = max(row.minimum_gap_days or 0, other.minimum_gap_days or 0) or None
        row.paused_until = max(filter(None, (row.paused_until, other.paused_until)), default=None)
        if take_snapshot(row) != before:
            row.save()
            joined.append({"before": before, "now": take_snapshot(row)})
    return joined


def _restore_preferences(joined: list[dict[str, RowSnapshot]]) -> None:
    for one in joined:
        row = Preference.objects.filter(pk=one["now"]["id"]).first()
        if row is not None and take_snapshot(row) == one["now"]:
            Preference.objects.filter(pk=row.pk).update(**read_snapshot(Preference, one["before"]))


def _keep_addresses(survivor: Person, merged: Person) -> list[int]:
    """Store both addresses as contact points of the survivor; return the ids of the created rows."""
    have = set(
        ContactPoint.objects.filter(person=survivor, kind=ContactPoint.Kind.EMAIL).values_list("value", flat=True)
    )
    values = [one.address.value for one in (survivor, merged) if one.address is not None]
    if len(set(values)) < 2:
        return []
    fresh = [ContactPoint(person=survivor, kind=ContactPoint.Kind.EMAIL, value=value) for value in values]
    made = ContactPoint.objects.bulk_create([point for point in fresh if point.value not in have])
    return [point.pk for point in made]


def _keep_organisations(survivor: Person, merged: Person, *, taken: Collection[str]) -> list[int]:
    """Store the main organisation that gives way as a further one of the survivor; return the id of the created row."""
    leaving = survivor if "organisation" in taken else merged
    if leaving.organisation_id is None or survivor.organisation_id == merged.organisation_id:
        return []
    facts = {"person": survivor, "organisation_id": leaving.organisation_id}
    row, made = Membership.objects.get_or_create(**facts, defaults={"position": leaving.position})
    return [row.pk] if made else []


def _write_persons(survivor: Person, merged: Person, *, taken: Collection[str]) -> RowSnapshot:
    numbers = {survivor.number, merged.number} if "number" in taken else set()
    survivor.created_at = min(survivor.created_at, merged.created_at)
    for name in taken:
        _take(survivor, merged, name)
    if numbers:  # both numbers still resolve, the other one by the merged row
        merged.number = next((number for number in numbers if number != survivor.number), None)
        Person.objects.filter(pk=merged.pk).update(number=None)
    merged.state = Person.State.MERGED
    update_folded(survivor)
    survivor.save()
    merged.save()
    return take_snapshot(survivor)


def _take(survivor: Person, merged: Person, name: str) -> None:
    if name.startswith("own:"):
        survivor.fields[name.removeprefix("own:")] = _value(merged, name)
    elif name == "organisation":
        survivor.organisation = merged.organisation
    elif name == "address":
        survivor.address = merged.address
    elif name in CHOICES:
        setattr(survivor, name, getattr(merged, name))
    else:
        raise ValueError(f"{name} is nothing that can be chosen: {', '.join(CHOICES)}, own:KEY.")
    survivor.written_by.pop(name, None)
    if name in merged.written_by:
        survivor.written_by[name] = merged.written_by[name]


def _restore_persons(survivor: Person, merged: Person, facts: Mapping[str, Any]) -> None:
    """Restore both rows; values changed on the survivor since the merge stay."""
    before, now, current = facts["kept"], facts["now"], take_snapshot(survivor)
    changed = {name for name in now if current.get(name) != now[name]} - {"changed_at", "folded", "name_is_damaged"}
    back = {name: value for name, value in before.items() if name not in changed}
    if "fields" in changed or "written_by" in changed:
        for name in ("fields", "written_by"):
            back[name] = _restore_keys(before[name], now[name], current[name])
    # Clear the number first: it is unique, and may have to move between the two rows.
    Person.objects.filter(pk=merged.pk).update(number=None)
    Person.objects.filter(pk=survivor.pk).update(**read_snapshot(Person, back))
    Person.objects.filter(pk=merged.pk).update(**read_snapshot(Person, facts["gone"]))
    if changed:
        survivor.refresh_from_db()
        update_folded(survivor)
        survivor.save(update_fields=["folded", "name_is_damaged", "changed_at"])


def _resolve_merged_organisations(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a merge with each organisation that was merged since replaced by its survivor."""
    label = Membership._meta.label
    rows = [facts["kept"], facts["gone"], facts["now"], *facts["away"].get(label, [])]
    known = resolve_organisations(row["organisation_id"] for row in rows)
    kept, gone, now, *away = ({**row, "organisation_id": known.get(row["organisation_id"])} for row in rows)
    held = set(
        Membership.objects.filter(pk__in=facts["moved"].get(label, [])).values_list("organisation_id", flat=True)
    )
    once = {row["organisation_id"]: row for row in away if row["organisation_id"] not in {*held, None}}
    return {**facts, "kept": kept, "gone": gone, "now": now, "away": {**facts["away"], label: list(once.values())}}


def _restore_keys(before: RowSnapshot, now: RowSnapshot, current: RowSnapshot) -> RowSnapshot:
    """Undo the merge of a mapping key by key; keys changed since stay."""
    back = dict(current)
    for key in now.keys() | before.keys():
        if current.get(key) != now.get(key):
            continue
        if key in before:
            back[key] = before[key]
        else:
            back.pop(key, None)
    return back


def _decide_pair(survivor: Person, merged: Person, *, by: User | str, at: datetime) -> RowSnapshot:
    first, second = sorted((survivor.pk, merged.pk))
    row, made = Duplicate.objects.get_or_create(first_id=first, second_id=second)
    before = {"id": row.pk, "made": made, "state": row.state, "by": row.decided_by}
    before["at"] = row.decided_at.isoformat() if row.decided_at else None
    Duplicate.objects.filter(pk=row.pk).update(state=Duplicate.State.MERGED, decided_by=str(by), decided_at=at)
    return before


def _restore_pair(before: RowSnapshot) -> None:
    row = Duplicate.objects.filter(pk=before["id"])
    if before["made"]:
        row.delete()
    else:
        at = datetime.fromisoformat(before["at"]) if before["at"] else None
        row.update(state=before["state"], decided_by=before["by"], decided_at=at)
