"""List organisations and show each with its people, their addresses and message counts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.dossier.statistics.person_counts import count_messages
from esmero.house.roles import may
from esmero.people.models import Organisation, Person
from esmero.people.parties.listing import ORGANISATIONS, listed_organisations, members_of_listing
from esmero.people.parties.memberships import join_organisation, leave_organisation, members_of
from esmero.people.parties.organisation_merging import merge_organisations
from esmero.people.persons.countries import COUNTRIES
from esmero.people.persons.organisations import FIELDS, find_organisations, pack_organisation, save_organisation
from esmero.people.persons.queries import find_people, people_rows
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view
from esmero.web.console.generic_pages.list_pages import ListView, answer_list, list_view
from esmero.web.console.people.parties.membership_pages import offer_membership_undo
from esmero.web.console.people.parties.party_cards import describe_party, list_reach
from esmero.web.console.people.parties.party_fields import add_party_fields, check_tax_number
from esmero.web.console.people.persons.person_list import draw_main_address
from esmero.web.console.undo.toast import offer_undo
from esmero.web.labels.postal_forms import country_choices
from esmero.web.parts.components.template_tags import on
from esmero.web.parts.labels import label_code
from esmero.web.parts.row_ids import read_row_id

MAX_COUNTED_PEOPLE = 200  # people of an organisation whose messages are counted


class OrganisationForm(forms.Form):
    """Edit an organisation."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=300)
    domain = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("Of its web site and its addresses, such as talleresguell.example."),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)

    def __init__(self, data: Any, *, organisation: Organisation | None) -> None:
        super().__init__(data, initial=pack_organisation(organisation) if organisation else {})
        fields: dict[str, Any] = self.fields
        fields["country"].choices = country_choices(organisation.country if organisation else "")
        add_party_fields(self)

    def clean(self) -> dict[str, Any]:
        """Check the tax number by the rules of the country."""
        given: dict[str, Any] = super().clean() or {}
        check_tax_number(self)
        return given

    def clean_domain(self) -> str:
        """Reduce a web address to its domain."""
        text: str = self.cleaned_data["domain"].strip().lower()
        return text.partition("://")[2].partition("/")[0].removeprefix("www.") if "://" in text else text


def _find_ids(text: str) -> list[int]:
    """Return the ids of people that a search text matches, from the index alone without reading rows."""
    found = find_people(Person.objects.filter(Person.is_active()), text=text).order_by("folded", "id")
    return list(found.values_list("pk", flat=True)[:MAX_COUNTED_PEOPLE])


def _remove_button(person: Person) -> SafeString:
    return format_html(
        '<button class="btn" data-variant="word" form="part" name="apart" value="{}">{}'
        '<span class="sr-only"> {}</span></button>',
        person.pk,
        _("Take out"),
        person,
    )


organisations = list_view(
    ListView(
        listing=ORGANISATIONS,
        rows=lambda _request: listed_organisations(),
        subject="organisations",
        up=("people", gettext_lazy("People")),
        title=gettext_lazy("Organisations"),
        lead=gettext_lazy("Companies and other bodies to which people belong."),
        new=("organisation-new", gettext_lazy("New organisation")),
        new_right="people.change",
        drawn={"people": lambda row: intcomma(row.people) if row.people else "–"},
        empty=(
            gettext_lazy("No organisation yet"),
            gettext_lazy("They come with the lists that name a company, or you make them here."),
        ),
        begin=("organisation-new", gettext_lazy("New organisation")),
    )
)


@requires()
def organisation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show one organisation with its people, their addresses and the states of messages sent to them."""
    shown = get_object_or_404(Organisation, pk=pk)
    text = request.GET.get("find", "").strip()[:200]
    rows = people_rows().filter(members_of(shown))
    keys = list(rows.order_by("folded", "id").values_list("pk", flat=True)[: MAX_COUNTED_PEOPLE + 1])
    counted = count_messages(keys[:MAX_COUNTED_PEOPLE])
    others = people_rows().exclude(members_of(shown))
    changing = may(staff(request), "people.change")
    country = str(COUNTRIES.get(shown.country, shown.country))
    found = others.filter(pk__in=_find_ids(text)).order_by("folded", "id")[:10] if text else []
    return answer_list(
        request,
        "console/people/organisation.html",
        listing=members_of_listing(shown, changing=may(staff(request), "people.change")),
        drawn={"address": draw_main_address, "part": _remove_button},
        rows=rows.prefetch_related("memberships"),
        subject="organisations",
        empty_title=_("Nobody belongs to it yet"),
        empty_text=_("Find a person below and join them to it."),
        organisation=shown,
        head=_describe_head(shown, country=country),
        country=country,
        people=_("more than 200") if len(keys) > MAX_COUNTED_PEOPLE else len(keys),
        more=len(keys) > MAX_COUNTED_PEOPLE,
        sent=[(label_code("message", state), number) for state, number in counted.items()],
        text=text,
        **describe_party(shown),
        changing=changing,
        reach=list_reach(shown, points=shown.contact_points.order_by("kind", "id")),
        **_find_mergeable(request, shown),
        found=[(one, _describe_found(one)) for one in found],
    )


def _describe_head(organisation: Organisation, *, country: str) -> list[str]:
    """Return the facts under the name: domain, country, first day."""
    known = _("known since %(day)s") % {"day": on(organisation.created_at, "day")}
    return [fact for fact in (organisation.domain, country, known) if fact]


def _describe_found(person: Person) -> str:
    """Return the address of a person, else the number, and the organisation to which the person belongs."""
    facts = [
        (person.address.value if person.address else "") or person.number,
        person.organisation.name if person.organisation else "",
    ]
    return " · ".join(fact for fact in facts if fact)


def _save(edit: Edit[Organisation]) -> Organisation:
    before = pack_organisation(edit.row) if edit.row else {}
    facts = {name: edit.given[name] for name in FIELDS}
    kept = save_organisation(edit.row, facts=facts, by=edit.by)
    if before and before != facts:
        words = _("The changes are kept.")
        offer_undo(edit.request, words, kind="organisation-changed", organisation=kept.pk, before=before)
    return kept


edit_organisation = edit_view(
    EditView(
        rows=Organisation.objects.all,
        subject="organisations",
        right="people.change",
        form=lambda _request, data, organisation: OrganisationForm(data, organisation=organisation),
        save=_save,
        above=(("people", gettext_lazy("People")), ("organisations", gettext_lazy("Organisations"))),
        new=gettext_lazy("New organisation"),
        name=lambda organisation: _("Change %(name)s") % {"name": organisation},
        saved=None,
        go=lambda organisation: ("organisation", (organisation.pk,)),
        facts=lambda _request, row: {"back": reverse("console:organisation", args=[row.pk])} if row else {},
        layout="stack",
    )
)


def _find_mergeable(request: HttpRequest, shown: Organisation) -> dict[str, Any]:
    """Return the organisations that a search names, to merge one of them into the shown one."""
    text = request.GET.get("other", "").strip()[:200]
    rows = find_organisations(Organisation.objects.exclude(pk=shown.pk), text=text).order_by("folded", "id")
    return {"other": text, "mergeable": list(rows[:10]) if text else []}


@require_POST
@requires("people.change")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge another organisation into this one."""
    shown = get_object_or_404(Organisation, pk=pk)
    other = get_object_or_404(Organisation, pk=read_row_id(request.POST.get("merged")))
    name = str(other)
    merge_organisations(shown, other, by=staff(request))
    messages.success(request, _("“%(name)s” is merged into it.") % {"name": name})
    return redirect("console:organisation", pk=pk)


@require_POST
@requires("people.change")
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a person to an organisation, or remove one."""
    shown = get_object_or_404(Organisation, pk=pk)
    apart = request.POST.get("apart", "")
    person = get_object_or_404(Person, pk=read_row_id(apart or request.POST.get("person")), state=Person.State.ACTIVE)
    if apart:
        change, words = leave_organisation(person, shown, by=staff(request)), _("%(name)s no longer belongs to it.")
    else:
        change, words = join_organisation(person, shown, by=staff(request)), _("%(name)s belongs to it now.")
    offer_membership_undo(request, change, person=person, words=words % {"name": person})
    return redirect("console:organisation", pk=pk)
