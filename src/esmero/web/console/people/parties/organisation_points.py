"""Serve the pages that change the contact points of an organisation; every change can be undone."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from esmero.people.models import ContactPoint, Organisation
from esmero.people.persons.contact_points import ContactPointUnusable, add_point, change_point, remove_point
from esmero.web.console.access import requires, staff
from esmero.web.console.people.parties.party_pages import show_party_form
from esmero.web.console.people.parties.point_forms import (
    ADD_TITLES,
    PointForm,
    make_point_form,
    open_point,
    read_country,
)
from esmero.web.console.undo.toast import offer_undo
from esmero.web.labels.postal_forms import country_choices
from esmero.web.refusals.say import say


@requires("people.change")
def add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add a contact point: e-mail address, phone or postal address."""
    if kind not in ADD_TITLES:
        raise Http404
    body = get_object_or_404(Organisation, pk=pk)
    country = read_country(request, body)
    form = make_point_form(kind, request, country=country)
    if request.method == "POST" and form.is_valid():
        try:
            point = add_point(
                body, kind=kind, value=form.value, facts=form.facts, use=form.chosen_use, by=staff(request)
            )
        except ContactPointUnusable as refusal:
            form.add_error(None, say(refusal))
        else:
            offer_undo(request, _("Added: %(value)s") % {"value": point.value}, kind="reach-added", point=point.pk)
            return redirect("console:organisation", pk=pk)
    return _show(request, body, form, kind=kind, country=country, title=ADD_TITLES[kind]())


@requires("people.change")
def change(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Change or remove a contact point."""
    body = get_object_or_404(Organisation, pk=pk)
    row = get_object_or_404(ContactPoint, pk=point, organisation=body)
    if request.POST.get("act") == "remove":
        before = remove_point(row, by=staff(request))
        offer_undo(request, _("Removed: %(value)s") % {"value": row.value}, kind="reach-changed", before=before)
        return redirect("console:organisation", pk=pk)
    country = read_country(request, body, known=row.facts.get("country", ""))
    form = make_point_form(row.kind, request, country=country, initial=open_point(row))
    if request.method == "POST" and form.is_valid():
        try:
            before = change_point(row, value=form.value, facts=form.facts, use=form.chosen_use, by=staff(request))
        except ContactPointUnusable as refusal:
            form.add_error(None, say(refusal))
        else:
            offer_undo(request, _("Changed: %(value)s") % {"value": form.value}, kind="reach-changed", before=before)
            return redirect("console:organisation", pk=pk)
    return _show(request, body, form, kind=row.kind, country=country, title=row.value, removable=True)


def _show(
    request: HttpRequest, body: Organisation, form: PointForm, *, kind: str, country: str, title: str, **context: Any
) -> HttpResponse:
    choices = country_choices(country)[1:] if kind != ContactPoint.Kind.EMAIL else []
    facts = {"countries": choices, "country": country, **context}
    return show_party_form(request, body, kind="organisation", form=form, title=title, **facts)
