"""Serve the pages that change the roles and numbers of a person or an organisation; every change can be undone."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.people.models import Organisation, PartyNumber, PartyRole, Person
from esmero.people.parties.party_rows import add_row, change_row, remove_row
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, PageAct, answer_edit
from esmero.web.console.people.parties.party_forms import make_form
from esmero.web.console.undo.toast import offer_undo
from esmero.web.labels.people import PARTY_ROLES

type _Row = PartyRole | PartyNumber

# The list of each kind of party, which is its place in the menu too, and its words.
KINDS: Mapping[str, tuple[str, str | Promise]] = {
    "person": ("people", gettext_lazy("People")),
    "organisation": ("organisations", gettext_lazy("Organisations")),
}
_TITLES: Mapping[type[PartyRole] | type[PartyNumber], str | Promise] = {
    PartyRole: gettext_lazy("Role of %(name)s"),
    PartyNumber: gettext_lazy("Number of %(name)s in another system"),
}


def find_person(pk: int) -> Person:
    """Return the active person; answer 404 without one."""
    return get_object_or_404(Person.objects.select_related("address", "organisation"), pk=pk, state=Person.State.ACTIVE)


def find_party(kind: str, pk: int) -> Person | Organisation:
    """Return the active person or the organisation; answer 404 without one."""
    return find_person(pk) if kind == "person" else get_object_or_404(Organisation, pk=pk)


def answer_party_edit[Row: Model](
    request: HttpRequest,
    party: Person | Organisation,
    *,
    title: str,
    form: Callable[[Any], forms.Form],
    save: Callable[[Edit[Row]], Row],
    row: Row | None = None,
    lead: str = "",
    acts: tuple[PageAct[Row], ...] = (),
    fields: Mapping[str, str] | None = None,
    **facts: Any,
) -> HttpResponse:
    """Answer a form page about a party, with the way back to its page; `save` tells the user about the change."""
    kind = "person" if isinstance(party, Person) else "organisation"
    listed, words = KINDS[kind]
    view = EditView(
        subject=listed,
        right="people.change",
        form=lambda _request, data, _row: form(data),
        save=save,
        above=((listed, words), (kind, str(party), party.pk)),
        new=title,
        lead=lead,
        name=lambda _row: title,
        saved=None,
        fields=fields or {},
        acts=acts,
        facts=lambda _request, _row: facts,
        layout="stack",
        template="console/people/party_form.html",
    )
    return answer_edit(request, view, row=row)


@requires("people.change")
def role(request: HttpRequest, pk: int, party: str, row: int | None = None) -> HttpResponse:
    """Give a party a role; change or remove one."""
    return _edit(request, find_party(party, pk), model=PartyRole, row=row)


@requires("people.change")
def number(request: HttpRequest, pk: int, party: str, row: int | None = None) -> HttpResponse:
    """Add a number of another system to a party; change or remove one."""
    return _edit(request, find_party(party, pk), model=PartyNumber, row=row)


def _edit(
    request: HttpRequest, party: Person | Organisation, *, model: type[PartyRole] | type[PartyNumber], row: int | None
) -> HttpResponse:
    kind = "person" if isinstance(party, Person) else "organisation"
    rows: Any = model._default_manager.filter(**{kind: party})
    known: _Row | None = get_object_or_404(rows, pk=row) if row else None

    def save(edit: Edit[_Row]) -> _Row:
        if known is None:
            made = add_row(party, model, values=edit.form.values(), by=edit.by)
            words = _("Added: %(value)s") % {"value": _name(made)}
            offer_undo(request, words, kind="party-row-added", model=model.__name__, row=made.pk)
            return made
        before = change_row(known, values=edit.form.values(), by=edit.by)
        offer_undo(request, _("Changed: %(value)s") % {"value": _name(known)}, kind="party-row-changed", before=before)
        return known

    return answer_party_edit(
        request,
        party,
        title=str(_TITLES[model]) % {"name": party},
        form=lambda data: make_form(model, data, row=known),
        save=save,
        row=known,
        acts=(PageAct(value="remove", title=_("Remove it"), run=_remove, grave=True),),
    )


def _remove(request: HttpRequest, row: _Row) -> None:
    name, before = _name(row), remove_row(row, by=staff(request))
    offer_undo(request, _("Removed: %(value)s") % {"value": name}, kind="party-row-changed", before=before)


def _name(row: _Row) -> str:
    return str(PARTY_ROLES.get(row.kind, row.kind)) if isinstance(row, PartyRole) else row.value
