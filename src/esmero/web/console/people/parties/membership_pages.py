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
from esmero.people.persons.organisations import name_organisation, suggest_names
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, PageAct
from esmero.web.console.people.parties.party_forms import MembershipForm
from esmero.web.console.people.parties.party_pages import answer_party_edit, find_person
from esmero.web.console.undo.toast import offer_undo


@requires("people.change")
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a person to an organisation by its name."""
    person = find_person(pk)

    def save(edit: Edit[Organisation]) -> Organisation:
        body = name_organisation(edit.given["organisation"], by=edit.by)
        change = join_organisation(person, body, position=edit.given["position"].strip(), by=edit.by)
        offer_membership_undo(request, change, person=person, words=_("They belong to %(name)s now.") % {"name": body})
        return body

    return answer_party_edit(
        request,
        person,
        title=_("Organisation of %(name)s") % {"name": person},
        form=MembershipForm,
        save=save,
        organisations=suggest_names(),
    )


@requires("people.change")
def change(request: HttpRequest, pk: int, organisation: int) -> HttpResponse:
    """Change the position of a person in an organisation, make it the main one, or take them out."""
    person = find_person(pk)
    body = get_object_or_404(Organisation, pk=organisation)
    further = Membership.objects.filter(person=person, organisation=body).select_related("organisation").first()
    is_main = person.organisation_id == body.pk
    if further is None and not is_main:
        return redirect("console:person", pk=pk)
    row = further or Membership(person=person, organisation=body, position=person.position)

    def tell(change: MembershipChange, words: str) -> None:
        offer_membership_undo(request, change, person=person, words=words % {"name": body})

    def lead(request: HttpRequest, row: Membership) -> None:
        tell(lead_organisation(person, row, by=staff(request)), _("%(name)s is their main one now."))

    def leave(request: HttpRequest, _row: Membership) -> None:
        tell(leave_organisation(person, body, by=staff(request)), _("They no longer belong to %(name)s."))

    def save(edit: Edit[Membership]) -> Membership:
        position = edit.given["position"].strip()
        tell(place_in_organisation(person, body, position=position, by=edit.by), _("Changed: %(name)s"))
        return row

    lead_it = PageAct(value="lead", title=_("Make it the main one"), run=lead)
    leave_it = PageAct(value="remove", title=_("Remove it"), run=leave, grave=True)
    return answer_party_edit(
        request,
        person,
        title=_("%(name)s in %(organisation)s") % {"name": person, "organisation": body},
        form=lambda data: MembershipForm(data, row=row),
        save=save,
        row=row,
        acts=(leave_it,) if is_main else (lead_it, leave_it),
    )


def offer_membership_undo(request: HttpRequest, change: MembershipChange, *, person: Person, words: str) -> None:
    """Offer to undo a change of memberships, if there was one."""
    if change != MembershipChange():
        offer_undo(request, words, kind="membership-changed", person=person.pk, change=change._asdict())
