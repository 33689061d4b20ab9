"""Serve the pages that change the roles and numbers of a person or an organisation; every change can be undone."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.people.models import Organisation, PartyNumber, PartyRole, Person
from esmero.people.parties.party_rows import add_row, change_row, remove_row
from esmero.refusal import InvalidValue
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.console.people.parties.party_forms import PartyForm, make_form
from esmero.web.console.undo.toast import offer_undo
from esmero.web.labels.people import PARTY_ROLES
from esmero.web.refusals.say import say


class PartyKind(NamedTuple):
    """Describe the pages of one kind of party: its menu entry, list and names of addresses."""

    subject: str
    listed: str
    words: str | Promise


KINDS: Mapping[str, PartyKind] = {
    "person": PartyKind("people", "console:people", gettext_lazy("People")),
    "organisation": PartyKind("organisations", "console:organisations", gettext_lazy("Organisations")),
}
_TITLES: Mapping[type[PartyRole] | type[PartyNumber], str | Promise] = {
    PartyRole: gettext_lazy("Role of %(name)s"),
    PartyNumber: gettext_lazy("Number of %(name)s in another system"),
}


def find_party(kind: str, pk: int) -> Person | Organisation:
    """Return the active person or the organisation; answer 404 without one."""
    if kind == "person":
        return get_object_or_404(Person, pk=pk, state=Person.State.ACTIVE)
    return get_object_or_404(Organisation, pk=pk)


@requires("people.change")
def role(request: HttpRequest, pk: int, kind: str, row: int | None = None) -> HttpResponse:
    """Give a party a role; change or remove one."""
    return _edit(request, find_party(kind, pk), kind=kind, model=PartyRole, row=row)


@requires("people.change")
def number(request: HttpRequest, pk: int, kind: str, row: int | None = None) -> HttpResponse:
    """Add a number of another system to a party; change or remove one."""
    return _edit(request, find_party(kind, pk), kind=kind, model=PartyNumber, row=row)


def _edit(
    request: HttpRequest,
    party: Person | Organisation,
    *,
    kind: str,
    model: type[PartyRole] | type[PartyNumber],
    row: int | None,
) -> HttpResponse:
    rows: Any = model._default_manager.filter(**{kind: party})
    known = get_object_or_404(rows, pk=row) if row else None
    back = reverse(f"console:{kind}", args=[party.pk])
    if known is not None and request.POST.get("act") == "remove":
        before = remove_row(known, by=staff(request))
        offer_undo(request, _("Removed: %(value)s") % {"value": _name(known)}, kind="party-row-changed", before=before)
        return redirect(back)
    form = make_form(model, request.POST or None, row=known)
    if request.method == "POST" and form.is_valid() and _save(request, party, form=form, model=model, known=known):
        return redirect(back)
    return show_party_form(
        request, party, kind=kind, form=form, title=str(_TITLES[model]) % {"name": party}, removable=known is not None
    )


def _save(request: HttpRequest, party: Person | Organisation, *, form: PartyForm, model: Any, known: Any) -> bool:
    try:
        if known is None:
            made = add_row(party, model, values=form.values(), by=staff(request))
            words = _("Added: %(value)s") % {"value": _name(made)}
            offer_undo(request, words, kind="party-row-added", model=model.__name__, row=made.pk)
        else:
            before = change_row(known, values=form.values(), by=staff(request))
            words = _("Changed: %(value)s") % {"value": _name(known)}
            offer_undo(request, words, kind="party-row-changed", before=before)
    except InvalidValue as refusal:
        form.add_error(None, say(refusal))
        return False
    return True


def show_party_form(
    request: HttpRequest, party: Person | Organisation, *, kind: str, form: Any, title: str, **context: Any
) -> HttpResponse:
    """Show a form about a party, with the way back to its page."""
    place = KINDS[kind]
    facts = {
        "party": party,
        "heading": title,
        "form": form,
        "back": reverse(f"console:{kind}", args=[party.pk]),
        "list_url": reverse(place.listed),
        "list_words": place.words,
    }
    return show(request, "console/people/party_form.html", subject=place.subject, **facts, **context)


def _name(row: PartyRole | PartyNumber) -> str:
    return str(PARTY_ROLES.get(row.kind, row.kind)) if isinstance(row, PartyRole) else row.value
