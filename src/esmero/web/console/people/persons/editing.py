"""Serve the pages that change a person: names and fields, e-mail address, tags. Every change can be undone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.people.models import Person
from esmero.people.persons.editing import change_person, set_address
from esmero.people.persons.organisations import name_organisation, suggest_names
from esmero.people.persons.tags import tag_persons, untag_persons
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit
from esmero.web.console.people.parties.party_pages import answer_party_edit, find_person
from esmero.web.console.people.persons.person_forms import AddressForm, PersonForm
from esmero.web.console.undo.toast import offer_undo


@requires("people.change")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person's names and custom fields."""
    person = find_person(pk)

    def save(edit: Edit[Person]) -> Person:
        changes = edit.form.changes()
        name = changes["organisation"].strip()
        changes["organisation"] = name_organisation(name, by=edit.by).pk if name else None
        before = change_person(person, changes=changes, by=edit.by)
        if before:
            offer_undo(request, _("The changes are kept."), kind="person-changed", person=pk, before=before)
        return person

    return answer_party_edit(
        request,
        person,
        title=_("Change %(name)s") % {"name": person},
        lead=_("What you write here stays: no list that is brought in later writes over it."),
        form=lambda data: PersonForm(data, person=person),
        save=save,
        fields={"number-taken": "number"},
        organisations=suggest_names(),
    )


@requires("people.change")
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the e-mail address that messages are sent to."""
    person = find_person(pk)
    initial = {"address": person.address.value if person.address else ""}

    def save(edit: Edit[Person]) -> Person:
        before = set_address(person, value=edit.given["address"], by=edit.by)
        if before:
            words = _("Mail goes to %(address)s now.") % {"address": edit.given["address"]}
            offer_undo(request, words, kind="person-changed", person=pk, before=before)
        return person

    return answer_party_edit(
        request,
        person,
        title=_("E-mail address of %(name)s") % {"name": person},
        lead=_(
            "The old address stays as a fact. A permission belongs to the person and goes on; silence belongs to an"
            " address."
        ),
        form=lambda data: AddressForm(data, initial=initial),
        save=save,
    )


@require_POST
@requires("people.change")
def tags(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a tag to a person, or remove one."""
    person = find_person(pk)
    name, gone = request.POST.get("tag", "").strip()[:80], request.POST.get("untag", "").strip()[:80]
    if name and tag_persons([person.pk], name=name, by=staff(request)):
        words = _("The tag “%(tag)s” is given.") % {"tag": name}
        offer_undo(request, words, kind="tagged", tag=name, persons=[person.pk])
    elif gone and untag_persons([person.pk], name=gone, by=staff(request)):
        words = _("The tag “%(tag)s” is taken away.") % {"tag": gone}
        offer_undo(request, words, kind="untagged", tag=gone, persons=[person.pk])
    return redirect("console:person", pk=pk)
