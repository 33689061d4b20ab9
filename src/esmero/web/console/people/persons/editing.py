"""Serve the pages that change a person: names and fields, e-mail address, contact points, tags.

Every change can be undone.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.people.models import ContactPoint, Organisation, Person
from esmero.people.persons.contact_points import ContactPointUnusable, add_point, change_point, remove_point
from esmero.people.persons.editing import NumberTaken, change_person, set_address
from esmero.people.persons.organisations import find_named, save_organisation
from esmero.people.persons.tags import tag_persons, untag_persons
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.console.people.parties.point_forms import ADD_TITLES, make_point_form, open_point, read_country
from esmero.web.console.people.persons.person_forms import AddressForm, PersonForm
from esmero.web.console.undo.toast import offer_undo
from esmero.web.labels.postal_forms import country_choices
from esmero.web.refusals.say import say


@requires("people.change")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person's names and custom fields."""
    person = _find(pk)
    form = PersonForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        changes = form.changes()
        try:
            changes["organisation"] = _organisation(changes["organisation"], request)
            before = change_person(person, changes=changes, by=staff(request))
        except NumberTaken as refusal:
            form.add_error("number", say(refusal))
        else:
            if before:
                offer_undo(request, _("The changes are kept."), kind="person-changed", person=pk, before=before)
            return redirect("console:person", pk=pk)
    names = Organisation.objects.order_by("folded", "id").values_list("name", flat=True)[:300]
    return _form(
        request,
        person,
        form,
        title=_("Change %(name)s"),
        organisations=list(names),
        lead=_("What you write here stays: no list that is brought in later writes over it."),
    )


@requires("people.change")
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the e-mail address that messages are sent to."""
    person = _find(pk)
    form = AddressForm(request.POST or None, initial={"address": person.address.value if person.address else ""})
    if request.method == "POST" and form.is_valid():
        before = set_address(person, value=form.cleaned_data["address"], by=staff(request))
        if before:
            words = _("Mail goes to %(address)s now.") % {"address": form.cleaned_data["address"]}
            offer_undo(request, words, kind="person-changed", person=pk, before=before)
        return redirect("console:person", pk=pk)
    lead = _(
        "The old address stays as a fact. A permission belongs to the person and goes on; silence belongs to an"
        " address."
    )
    return _form(request, person, form, title=_("E-mail address of %(name)s"), lead=lead)


@requires("people.change")
def add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add a contact point: e-mail address, phone or postal address."""
    if kind not in ADD_TITLES:
        raise Http404
    person = _find(pk)
    country = read_country(request, person)
    form = make_point_form(kind, request, country=country)
    if request.method == "POST" and form.is_valid():
        try:
            point = add_point(
                person, kind=kind, value=form.value, facts=form.facts, use=form.chosen_use, by=staff(request)
            )
        except ContactPointUnusable as refusal:
            form.add_error(None, say(refusal))
        else:
            words = _("Added: %(value)s") % {"value": point.value}
            offer_undo(request, words, kind="reach-added", point=point.pk)
            return redirect("console:person", pk=pk)
    return _point(request, person, form, kind=kind, country=country, title=ADD_TITLES[kind]())


@requires("people.change")
def change(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Change or remove a contact point."""
    row = get_object_or_404(ContactPoint, pk=point, person=pk)
    person = get_object_or_404(Person.objects.select_related("organisation"), pk=pk)
    if request.POST.get("act") == "remove":
        before = remove_point(row, by=staff(request))
        offer_undo(request, _("Removed: %(value)s") % {"value": row.value}, kind="reach-changed", before=before)
        return redirect("console:person", pk=pk)
    country = read_country(request, person, known=row.facts.get("country", ""))
    form = make_point_form(row.kind, request, country=country, initial=open_point(row))
    if request.method == "POST" and form.is_valid():
        try:
            before = change_point(row, value=form.value, facts=form.facts, use=form.chosen_use, by=staff(request))
        except ContactPointUnusable as refusal:
            form.add_error(None, say(refusal))
        else:
            offer_undo(request, _("Changed: %(value)s") % {"value": form.value}, kind="reach-changed", before=before)
            return redirect("console:person", pk=pk)
    return _point(request, person, form, kind=row.kind, country=country, title=row.value, point=row)


@require_POST
@requires("people.change")
def tags(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a tag to a person, or remove one."""
    person = _find(pk)
    name, gone = request.POST.get("tag", "").strip()[:80], request.POST.get("untag", "").strip()[:80]
    if name and tag_persons([person.pk], name=name, by=staff(request)):
        words = _("The tag “%(tag)s” is given.") % {"tag": name}
        offer_undo(request, words, kind="tagged", tag=name, persons=[person.pk])
    elif gone and untag_persons([person.pk], name=gone, by=staff(request)):
        words = _("The tag “%(tag)s” is taken away.") % {"tag": gone}
        offer_undo(request, words, kind="untagged", tag=gone, persons=[person.pk])
    return redirect("console:person", pk=pk)


def _find(pk: int) -> Person:
    return get_object_or_404(Person.objects.select_related("address", "organisation"), pk=pk, state=Person.State.ACTIVE)


def _organisation(name: str, request: HttpRequest) -> int | None:
    if not name.strip():
        return None
    found = find_named(name)
    return (found or save_organisation(None, facts={"name": name.strip()}, by=staff(request))).pk


def _point(
    request: HttpRequest, person: Person, form: forms.Form, *, kind: str, country: str, **context: Any
) -> HttpResponse:
    choices = country_choices(country)[1:] if kind != ContactPoint.Kind.EMAIL else []
    return _form(request, person, form, country=country, countries=choices, **context)


def _form(request: HttpRequest, person: Person, form: forms.Form, *, title: str, **context: Any) -> HttpResponse:
    facts = {"person": person, "form": form, "heading": title % {"name": person} if "%(name)s" in title else title}
    back = reverse("console:person", args=[person.pk])
    return show(request, "console/people/person_form.html", subject="people", back=back, **facts, **context)
