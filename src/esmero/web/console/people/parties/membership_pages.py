"""Serve the pages that change the organisations of a person; every change can be undone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from esmero.people.models import Membership, Organisation, Person
from esmero.people.parties.memberships import (
    MembershipChange,
    join_organisation,
    lead_organisation,
    leave_organisation,
    place_in_organisation,
)
from esmero.people.persons.organisations import find_named, save_organisation
from esmero.web.console.access import requires, staff
from esmero.web.console.people.parties.party_forms import MembershipForm
from esmero.web.console.people.parties.party_pages import show_party_form
from esmero.web.console.undo.toast import offer_undo


@requires("people.change")
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a person to an organisation by its name."""
    person = get_object_or_404(Person, pk=pk, state=Person.State.ACTIVE)
    form = MembershipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, position = form.cleaned_data["organisation"].strip(), form.cleaned_data["position"].strip()
        body = find_named(name) or save_organisation(None, facts={"name": name}, by=staff(request))
        change = join_organisation(person, body, position=position, by=staff(request))
        offer_membership_undo(request, change, person=person, words=_("They belong to %(name)s now.") % {"name": body})
        return redirect("console:person", pk=pk)
    names = Organisation.objects.order_by("folded", "id").values_list("name", flat=True)[:300]
    title = _("Organisation of %(name)s") % {"name": person}
    return show_party_form(request, person, kind="person", form=form, title=title, organisations=list(names))


@requires("people.change")
def change(request: HttpRequest, pk: int, organisation: int) -> HttpResponse:
    """Change the position of a person in an organisation, make it the main one, or take them out."""
    person = get_object_or_404(Person, pk=pk, state=Person.State.ACTIVE)
    body = get_object_or_404(Organisation, pk=organisation)
    further = Membership.objects.filter(person=person, organisation=body).select_related("organisation").first()
    is_main = person.organisation_id == body.pk
    if further is None and not is_main:
        return redirect("console:person", pk=pk)
    act = request.POST.get("act", "")
    row = further or Membership(person=person, organisation=body, position=person.position)
    form = MembershipForm(request.POST if request.method == "POST" and not act else None, row=row)
    made: MembershipChange | None = None
    words = ""
    if act == "remove":
        made, words = leave_organisation(person, body, by=staff(request)), _("They no longer belong to %(name)s.")
    elif act == "lead" and further is not None and not is_main:
        made, words = lead_organisation(person, further, by=staff(request)), _("%(name)s is their main one now.")
    elif form.is_valid():
        position = form.cleaned_data["position"].strip()
        made = place_in_organisation(person, body, position=position, by=staff(request))
        words = _("Changed: %(name)s")
    if made is not None:
        offer_membership_undo(request, made, person=person, words=words % {"name": body})
        return redirect("console:person", pk=pk)
    title = _("%(name)s in %(organisation)s") % {"name": person, "organisation": body}
    facts = {"removable": True, "leadable": not is_main}
    return show_party_form(request, person, kind="person", form=form, title=title, **facts)


def offer_membership_undo(request: HttpRequest, change: MembershipChange, *, person: Person, words: str) -> None:
    """Offer to undo a change of memberships, if there was one."""
    if change != MembershipChange():
        offer_undo(request, words, kind="membership-changed", person=person.pk, change=change._asdict())
