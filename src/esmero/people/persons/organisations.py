"""Find, create and change organisations."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.models import Organisation
from esmero.people.search_texts import index_members
from esmero.text_folding import fold

FIELDS = ("name", "tax_id", "capacity", "domain", "country", "timezone")


def find_organisations(rows: QuerySet[Organisation], *, text: str) -> QuerySet[Organisation]:
    """Filter organisations by every word of the name, or by the beginning of tax id or domain."""
    names = Q()
    for word in fold(text).split():
        names &= Q(folded__contains=word)
    return rows.filter(names | Q(tax_id__istartswith=text.strip()) | Q(domain__istartswith=text.strip()))


def find_named(name: str) -> Organisation | None:
    """Return the organisation with this folded name; the oldest of several."""
    return Organisation.objects.filter(folded=fold(name)).order_by("id").first()


def save_organisation(organisation: Organisation | None, *, facts: Mapping[str, str], by: User | str) -> Organisation:
    """Create an organisation (None) or change one."""
    with transaction.atomic():
        row = organisation or Organisation()
        for name in FIELDS:
            setattr(row, name, facts.get(name, ""))
        row.folded = fold(row.name)
        row.save()
        if organisation is not None:
            index_members(row)
        note("organisation.changed" if organisation else "organisation.created", by=by, subject=row)
    return row


def name_organisation(name: str, *, by: User | str) -> Organisation:
    """Return the organisation with this name; one that is not known yet is created."""
    return find_named(name) or save_organisation(None, facts={"name": name.strip()}, by=by)


def suggest_names() -> list[str]:
    """Return the first names of organisations in alphabetical order, for a field in which one is named."""
    return list(Organisation.objects.order_by("folded", "id").values_list("name", flat=True)[:300])


def pack_organisation(row: Organisation) -> dict[str, Any]:
    """Return the editable values of an organisation."""
    return {name: getattr(row, name) for name in FIELDS}
