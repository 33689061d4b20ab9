"""Add, change, remove and restore the rows of a party: roles, numbers and further memberships; each act is audited."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.models import Membership, Organisation, PartyNumber, PartyRole, Person
from esmero.people.persons.merged_organisations import resolve_organisation
from esmero.people.search_texts import index_persons
from esmero.refusal import InvalidValue, NotThere

type PartyRow = PartyRole | PartyNumber | Membership
type PartyRowBefore = dict[str, Any]  # model, id, party and columns, as JSON

_COLUMNS: Mapping[type[Model], tuple[str, ...]] = {
    PartyRole: ("kind", "brand_id", "since", "until", "written_by"),
    PartyNumber: ("brand_id", "value", "written_by"),
    Membership: ("organisation_id", "position"),
}
_MODELS: Mapping[str, type[PartyRow]] = {"role": PartyRole, "number": PartyNumber, "membership": Membership}
_NAMES: Mapping[type[Model], str] = {model: name for name, model in _MODELS.items()}
_DATES = ("since", "until")


class PartyRowKnown(InvalidValue):
    """Refuse a role, number or membership that the party, or another one, has already."""


def add_row[Row: PartyRow](
    party: Person | Organisation, model: type[Row], *, values: Mapping[str, Any], by: User | str
) -> Row:
    """Add a row to a party; `values` are its columns.

    Raises:
        PartyRowKnown: there is an equal one; of numbers, another party of the brand may have it.
        InvalidValue: the last day of a role is before the first.

    """
    row = model(**_refer(party, model), **values)
    _check_days(row)
    with transaction.atomic():
        _save(row)
        _note(row, party, "added", by=by)
    return row


def change_row(row: PartyRow, *, values: Mapping[str, Any], by: User | str) -> PartyRowBefore:
    """Change a row and return its previous values for `restore_row`. Raises as add_row does."""
    with transaction.atomic():
        locked: Any = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        before = _pack(locked)
        for name, value in {**values, **({"written_by": None} if "written_by" in before else {})}.items():
            setattr(locked, name, value)
        _check_days(locked)
        _save(locked)
        _note(locked, _party_of(locked), "changed", by=by)
    return before


def remove_row(row: PartyRow, *, by: User | str) -> PartyRowBefore:
    """Delete a row and return its values for `restore_row`."""
    before, party = _pack(row), _party_of(row)
    with transaction.atomic():
        type(row)._default_manager.filter(pk=row.pk).delete()
        _note(row, party, "removed", by=by)
    return before


def restore_row(before: PartyRowBefore, *, by: User | str) -> None:
    """Restore the values that `change_row` or `remove_row` returned; a merged organisation is its survivor.

    Raises:
        NotThere: the party, or the organisation of a membership, is gone.

    """
    model: Any = _MODELS[before["model"]]
    columns = {name: before[name] for name in _COLUMNS[model]}
    columns |= {name: date.fromisoformat(columns[name]) for name in _DATES if columns.get(name)}
    person = Person.objects.filter(pk=before["person"] or 0).first()
    party = person or Organisation.objects.filter(pk=resolve_organisation(before["organisation"]) or 0).first()
    if party is None:
        raise NotThere("party-gone")
    if model is Membership:
        columns["organisation_id"] = resolve_organisation(before["organisation_id"])
        if columns["organisation_id"] is None:
            raise NotThere("party-gone")
        if columns["organisation_id"] != before["organisation_id"] and _belongs(party, columns["organisation_id"]):
            return  # to the survivor of a merge already
    with transaction.atomic():
        row = model(pk=before["id"], **_refer(party, model), **columns)
        _save(row)
        _note(row, party, "restored", by=by)


def _belongs(party: Person | Organisation, organisation: int) -> bool:
    is_main = isinstance(party, Person) and party.organisation_id == organisation
    return is_main or Membership.objects.filter(person_id=party.pk, organisation=organisation).exists()


def _refer(party: Person | Organisation, model: type[Model]) -> dict[str, Any]:
    return {"person" if model is Membership or isinstance(party, Person) else "organisation": party}


def _party_of(row: PartyRow) -> Person | Organisation:
    return row.person if isinstance(row, Membership) else row.party


def _check_days(row: PartyRow) -> None:
    if isinstance(row, PartyRole) and row.since and row.until and row.until < row.since:
        raise InvalidValue("role-days-reversed")


def _save(row: PartyRow) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise _refuse_known(row) from None


def _refuse_known(row: PartyRow) -> PartyRowKnown:
    match row:
        case PartyRole():
            return PartyRowKnown("role-known")
        case PartyNumber():
            return PartyRowKnown("party-number-taken", number=row.value)
        case Membership():
            return PartyRowKnown("membership-known")


def _note(row: PartyRow, party: Person | Organisation, act: str, *, by: User | str) -> None:
    name = _NAMES[type(row)]
    facts = {"kind": row.kind} if isinstance(row, PartyRole) else {}
    note(f"party.{name}-{act}", by=by, subject=party, facts={**facts, "row": row.pk})
    if isinstance(party, Person) and not isinstance(row, PartyRole):
        index_persons([party.pk])


def _pack(row: PartyRow) -> PartyRowBefore:
    values = {name: getattr(row, name) for name in _COLUMNS[type(row)]}
    values |= {name: values[name].isoformat() for name in _DATES if values.get(name)}
    organisation = None if isinstance(row, Membership) else row.organisation_id
    return {
        "model": _NAMES[type(row)],
        "id": row.pk,
        "person": row.person_id,
        "organisation": organisation,
        **values,
    }
