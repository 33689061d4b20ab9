"""Two persons who are one: what the gone had becomes the kept one's, exactly written down, so that it can be undone.

History follows: messages, conversations, permissions, lines of imports. A withdrawal of either wins as it does within one
ledger (people/permissions/state.py): only a later consent of the person themselves counts after it. Addresses keep their standing,
for silence belongs to an address. The row of the gone stays, merged: its number still finds who they are.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from esmero.house.audit import note
from esmero.house.models import User
from esmero.outbox.models import Message
from esmero.people.models import ContactPoint, Duplicate, Merge, Permission, PermissionEntry, Person, Preference
from esmero.people.permissions.ledger import recompute_permissions
from esmero.people.persons.names import update_folded
from esmero.privacy.merge_columns import CLASHES_ONLY, FATES, ONCE
from esmero.privacy.row_snapshots import Packed, pack, put_back, unpack

# What of two persons can be chosen, beside their own fields ("own:KEY").
CHOICES = ("number", "title", "given_name", "family_name", "language", "country", "organisation", "address")
_COLUMN = {"organisation": "organisation_id", "address": "address_id"}
_UNSENT = frozenset({Message.State.PLANNED, Message.State.WAITING, Message.State.HELD})
_LEFT_OUT = frozenset({Message.State.REFUSED, Message.State.CANCELLED})


class MergeRefused(Exception):
    """These two cannot be merged, or the merge cannot be undone; the text says why and what to do."""


def propose(kept: Person, gone: Person) -> set[str]:
    """Return what had better come from the gone one: what the kept one lacks."""
    names = {name for name in CHOICES if not _value(kept, name) and _value(gone, name)}
    return names | {f"own:{key}" for key, value in gone.fields.items() if value is not None and key not in kept.fields}


def merge(kept: Person, gone: Person, *, taken: Collection[str], by: User | str) -> Merge:
    """Make one person of two; `taken` names what comes from the gone one (CHOICES, own:KEY), all else stays as it is.

    Raises:
        NotNow: they are the same row, or one of them is no longer active.

    """
    with transaction.atomic():
        kept, gone = _lock(kept, gone)
        if kept.pk == gone.pk or {kept.state, gone.state} != {Person.State.ACTIVE}:
            raise MergeRefused(_("Only two different people who are both active can be merged."))
        done = Merge.objects.create(kept=kept, gone=gone, by=str(by))
        facts: dict[str, Any] = {"kept": pack(kept), "gone": pack(gone)}
        facts["last_entry"] = PermissionEntry.objects.filter(person=kept).order_by("-id").values_list("id").first()
        standings = Permission.objects.filter(person__in=[kept.pk, gone.pk]).order_by("id")
        facts["standings"] = [pack(row) for row in standings]
        facts["messages"] = _move_messages(kept, gone)
        facts["wishes"] = _join_wishes(kept, gone)
        facts["moved"], facts["away"] = _move_rows(kept, gone)
        standings.filter(person=gone).delete()
        recompute_permissions([kept.pk])
        facts["added"] = _keep_addresses(kept, gone)
        facts["now"] = _write_persons(kept, gone, taken=taken)
        facts["pair"] = _decide_pair(kept, gone, by=by, at=done.at)
        done.facts = facts
        done.save(update_fields=["facts"])
        note("people.merged", by=by, subject=kept, facts={"gone": gone.pk, "merge": done.pk, "taken": sorted(taken)})
    return done


def undo_merge(done: Merge, *, by: User | str) -> None:
    """Make two persons of one again: what had moved goes back, what was put away comes back, what is new stays.

    Raises:
        NotNow: it was undone already, or a later merge stands on it.

    """
    with transaction.atomic():
        done = Merge.objects.select_for_update(of=("self",)).get(pk=done.pk)
        kept, gone = _lock(done.kept, done.gone)
        later = Merge.objects.filter(Q(kept=kept) | Q(gone=kept), undone_at__isnull=True, pk__gt=done.pk)
        if done.undone_at is not None or kept.state == Person.State.ERASED or gone.state != Person.State.MERGED:
            raise MergeRefused(_("This merge was undone already."))
        if later.exists():
            raise MergeRefused(_("This person was merged again later: undo that merge first."))
        facts = done.facts
        Permission.objects.filter(person=kept).delete()
        for label, ids in facts["moved"].items():
            _model(label)._default_manager.filter(pk__in=ids, person=kept).update(person=gone)
        ContactPoint.objects.filter(pk__in=facts["added"], person=kept).delete()
        for label, rows in facts["away"].items():
            put_back(_model(label), rows)
        _return_messages(facts["messages"], kept=kept, gone=gone)
        _return_wishes(facts["wishes"])
        put_back(Permission, facts["standings"])
        if PermissionEntry.objects.filter(person=kept, pk__gt=(facts["last_entry"] or [0])[0]).exists():
            recompute_permissions([kept.pk])
        _return_persons(kept, gone, facts)
        _return_pair(facts["pair"])
        Merge.objects.filter(pk=done.pk).update(undone_at=timezone.now(), undone_by=str(by))
        note("people.unmerged", by=by, subject=kept, facts={"gone": gone.pk, "merge": done.pk})


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


def _move_rows(kept: Person, gone: Person) -> tuple[dict[str, list[int]], dict[str, list[Packed]]]:
    """Move what moves; return the ids by model, and the rows that had to be put away."""
    moved: dict[str, list[int]] = {}
    away: dict[str, list[Packed]] = {}
    for label, columns in FATES.items():
        fate = columns.get("person")
        if fate not in {"move", "once"} or label == "esmero.Message":
            continue
        manager = _model(label)._default_manager
        rows = list(manager.filter(person=gone).order_by("id"))
        extra = []
        if fate == "once":
            theirs = manager.filter(person=kept)
            if label in CLASHES_ONLY:
                theirs = theirs.filter(**dict([CLASHES_ONLY[label]]))
            have = set(theirs.values_list(*ONCE[label]))
            extra = [row for row in rows if tuple(getattr(row, name) for name in ONCE[label]) in have]
        away[label] = [pack(row) for row in extra]
        manager.filter(pk__in=[row.pk for row in extra]).delete()
        moved[label] = [row.pk for row in rows if row not in extra]
        manager.filter(pk__in=moved[label]).update(person=kept)
    return moved, away


def _move_messages(kept: Person, gone: Person) -> list[Packed]:
    """Move messages; return what they were.

    Where both have one of the same dispatch, that of the gone gets an occasion of its own, and does not leave if it has
    not left yet: nobody gets the same thing twice.
    """
    theirs = {(row.dispatch_id, row.occasion): row for row in Message.objects.filter(person=kept).only(*_OF_MESSAGE)}
    before = []
    for row in Message.objects.filter(person=gone).only(*_OF_MESSAGE).order_by("id"):
        same = theirs.get((row.dispatch_id, row.occasion))
        due = row.due_at.isoformat() if row.due_at else None
        was = {"id": row.pk, "occasion": row.occasion, "state": row.state, "due_at": due, "stopped": False}
        changes: dict[str, Any] = {"person": kept}
        if same is not None:
            changes["occasion"] = f"merged {gone.pk} {row.occasion}".strip()[:80]
            if row.state in _UNSENT and same.state not in _LEFT_OUT:
                was["stopped"] = True
                changes |= {"state": Message.State.CANCELLED, "due_at": None}
        Message.objects.filter(pk=row.pk).update(**changes)
        before.append(was)
    return before


_OF_MESSAGE = ("id", "dispatch_id", "occasion", "state", "due_at")


def _return_messages(before: list[Packed], *, kept: Person, gone: Person) -> None:
    for was in before:
        row = Message.objects.filter(pk=was["id"], person=kept)
        if was["stopped"]:
            due = datetime.fromisoformat(was["due_at"]) if was["due_at"] else None
            row.filter(state=Message.State.CANCELLED).update(state=was["state"], due_at=due)
        row.update(person=gone, occasion=was["occasion"])


def _join_wishes(kept: Person, gone: Person) -> list[dict[str, Packed]]:
    """Where both wished something of the same topic, the kept one's row takes the more careful of each wish."""
    theirs = {(row.brand_id, row.topic_id): row for row in Preference.objects.filter(person=gone)}
    joined = []
    for row in Preference.objects.filter(person=kept).order_by("id"):
        other = theirs.get((row.brand_id, row.topic_id))
        if other is None:
            continue
        before = pack(row)
        wanted = [one for one in (row.wanted, other.wanted) if one is not None]
        row.wanted = all(wanted) if wanted else None
        row.minimum_gap_days = max(row.minimum_gap_days or 0, other.minimum_gap_days or 0) or None
        row.paused_until = max(filter(None, (row.paused_until, other.paused_until)), default=None)
        if pack(row) != before:
            row.save()
            joined.append({"before": before, "now": pack(row)})
    return joined


def _return_wishes(joined: list[dict[str, Packed]]) -> None:
    for one in joined:
        row = Preference.objects.filter(pk=one["now"]["id"]).first()
        if row is not None and pack(row) == one["now"]:
            Preference.objects.filter(pk=row.pk).update(**unpack(Preference, one["before"]))


def _keep_addresses(kept: Person, gone: Person) -> list[int]:
    """Keep both addresses as facts of the kept one; return the ids of the rows that this made."""
    have = set(ContactPoint.objects.filter(person=kept, kind=ContactPoint.Kind.EMAIL).values_list("value", flat=True))
    values = [one.address.value for one in (kept, gone) if one.address is not None]
    if len(set(values)) < 2:
        return []
    fresh = [ContactPoint(person=kept, kind=ContactPoint.Kind.EMAIL, value=value) for value in values]
    made = ContactPoint.objects.bulk_create([point for point in fresh if point.value not in have])
    return [point.pk for point in made]


def _write_persons(kept: Person, gone: Person, *, taken: Collection[str]) -> Packed:
    numbers = {kept.number, gone.number} if "number" in taken else set()
    kept.created_at = min(kept.created_at, gone.created_at)
    for name in taken:
        _take(kept, gone, name)
    if numbers:  # each number goes on finding them, the other one by the row of the gone
        gone.number = next((number for number in numbers if number != kept.number), None)
        Person.objects.filter(pk=gone.pk).update(number=None)
    gone.state = Person.State.MERGED
    update_folded(kept)
    kept.save()
    gone.save()
    return pack(kept)


def _take(kept: Person, gone: Person, name: str) -> None:
    if name.startswith("own:"):
        kept.fields[name.removeprefix("own:")] = _value(gone, name)
    elif name == "organisation":
        kept.organisation = gone.organisation
    elif name == "address":
        kept.address = gone.address
    elif name in CHOICES:
        setattr(kept, name, getattr(gone, name))
    else:
        raise ValueError(f"{name} is nothing that can be chosen: {', '.join(CHOICES)}, own:KEY.")
    kept.written_by.pop(name, None)
    if name in gone.written_by:
        kept.written_by[name] = gone.written_by[name]


def _return_persons(kept: Person, gone: Person, facts: Mapping[str, Any]) -> None:
    """Put both rows back; what somebody changed on the kept one since the merge stays as they changed it."""
    before, now, current = facts["kept"], facts["now"], pack(kept)
    changed = {name for name in now if current.get(name) != now[name]} - {"changed_at", "folded", "name_is_damaged"}
    back = {name: value for name, value in before.items() if name not in changed}
    if "fields" in changed or "written_by" in changed:
        for name in ("fields", "written_by"):
            back[name] = _return_keys(before[name], now[name], current[name])
    Person.objects.filter(pk=gone.pk).update(number=None)
    Person.objects.filter(pk=kept.pk).update(**unpack(Person, back))
    Person.objects.filter(pk=gone.pk).update(**unpack(Person, facts["gone"]))
    if changed:
        kept.refresh_from_db()
        update_folded(kept)
        kept.save(update_fields=["folded", "name_is_damaged", "changed_at"])


def _return_keys(before: Packed, now: Packed, current: Packed) -> Packed:
    """Undo what the merge did to a mapping, key by key; what was changed since stays."""
    back = dict(current)
    for key in now.keys() | before.keys():
        if current.get(key) != now.get(key):
            continue
        if key in before:
            back[key] = before[key]
        else:
            back.pop(key, None)
    return back


def _decide_pair(kept: Person, gone: Person, *, by: User | str, at: datetime) -> Packed:
    first, second = sorted((kept.pk, gone.pk))
    row, made = Duplicate.objects.get_or_create(first_id=first, second_id=second)
    before = {"id": row.pk, "made": made, "state": row.state, "by": row.decided_by}
    before["at"] = row.decided_at.isoformat() if row.decided_at else None
    Duplicate.objects.filter(pk=row.pk).update(state=Duplicate.State.MERGED, decided_by=str(by), decided_at=at)
    return before


def _return_pair(before: Packed) -> None:
    row = Duplicate.objects.filter(pk=before["id"])
    if before["made"]:
        row.delete()
    else:
        at = datetime.fromisoformat(before["at"]) if before["at"] else None
        row.update(state=before["state"], decided_by=before["by"], decided_at=at)
