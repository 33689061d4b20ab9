"""Merge two organisations that are one: what refers to the merged one refers to the survivor, and its row goes."""

from typing import Any

from django.db import transaction
from django.db.models import Field, Model, Q

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.models import ContactPoint, Membership, MergedOrganisation, Organisation, PartyRole, Person
from esmero.people.search_texts import index_members
from esmero.refusal import Refusal

# Values that the survivor takes over where it has none.
FILLED = ("tax_id", "capacity", "domain", "country", "timezone")


def merge_organisations(survivor: Organisation, merged: Organisation, *, by: User | str) -> dict[str, int]:
    """Move every row that refers to the merged organisation, in whatever table, and delete its row.

    Undo facts that name the merged one lead to the survivor (people/persons/merged_organisations.py). Equal rows of
    both (a role, an address, a membership) become one. Return the number of moved rows by model. It cannot be undone:
    an organisation has no permissions, and its people keep their own.

    Raises:
        Refusal: it is the same row, or one of them is gone.

    """
    with transaction.atomic():
        ids = sorted({survivor.pk, merged.pk})
        rows = {row.pk: row for row in Organisation.objects.select_for_update().filter(pk__in=ids).order_by("id")}
        if len(rows) < 2:
            raise Refusal("organisations-same")
        survivor, merged = rows[survivor.pk], rows[merged.pk]
        _drop_equal(survivor, merged)
        moved: dict[str, int] = {}
        for model, column in list_references():
            found: Any = model._default_manager.filter(**{column: merged})
            moved[model._meta.model_name or ""] = found.update(**{column: survivor})
        for name in FILLED:
            setattr(survivor, name, getattr(survivor, name) or getattr(merged, name))
        survivor.save()
        name = merged.name
        MergedOrganisation.objects.create(merged_id=merged.pk, survivor=survivor)
        merged.delete()
        index_members(survivor)
        note("organisations.merged", by=by, subject=survivor, facts={"name": name, "rows": moved})
    return moved


def list_references() -> list[tuple[type[Model], str]]:
    """Return every model and column that refers to an organisation, of all packages."""
    found: list[tuple[type[Model], str]] = []
    for relation in Organisation._meta.get_fields(include_hidden=True):
        model, column = relation.related_model, getattr(relation, "field", None)
        if relation.auto_created and not relation.concrete and isinstance(column, Field) and isinstance(model, type):
            found.append((model, column.name))
    return found


def _drop_equal(survivor: Organisation, merged: Organisation) -> None:
    """Delete the rows of the merged organisation that the survivor has, and memberships beside a main one."""
    for row in PartyRole.objects.filter(organisation=merged, until=None):
        same = PartyRole.objects.filter(organisation=survivor, kind=row.kind, brand=row.brand_id, until=None)
        if same.exists():
            row.delete()
    known = set(ContactPoint.objects.filter(organisation=survivor).values_list("kind", "value", "use"))
    for point in ContactPoint.objects.filter(organisation=merged):
        if (point.kind, point.value, point.use) in known:
            point.delete()
    mine = Membership.objects.filter(organisation=survivor)
    main = Person.objects.filter(organisation__in=[survivor, merged])
    Membership.objects.filter(Q(person__in=mine.values("person")) | Q(person__in=main), organisation=merged).delete()
    mine.filter(person__in=Person.objects.filter(organisation=merged)).delete()
