"""List organisations and show each with its people, their addresses and message counts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.dossier.statistics.person_counts import count_messages
from esmero.house.roles import may
from esmero.people.models import Membership, Organisation, Person
from esmero.people.parties.memberships import join_organisation, leave_organisation, members_of
from esmero.people.parties.organisation_merging import merge_organisations
from esmero.people.persons.countries import COUNTRIES
from esmero.people.persons.organisations import FIELDS, find_organisations, pack_organisation, save_organisation
from esmero.people.persons.queries import find_people, people_rows
from esmero.people.relationship.stage_sql import stage_expression
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import show
from esmero.web.console.people.parties.membership_pages import offer_membership_undo
from esmero.web.console.people.parties.party_cards import describe_party, list_reach
from esmero.web.console.people.parties.party_fields import add_party_fields, check_tax_number
from esmero.web.console.people.parties.party_filters import ROLE_FILTER, STAGE_FILTER
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.tables import Filter, Listing, TableColumn
from esmero.web.parts.components.template_tags import on, state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.postal_forms import country_choices
from esmero.web.parts.labels.states import STATES
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


def _name(row: Organisation) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:organisation", args=[row.pk]), row)


ORGANISATIONS = Listing(
    page="organisations",
    personal=True,  # a name may be that of a sole trader
    order="name",
    search=lambda rows, text: find_organisations(rows, text=text),
    search_title=gettext_lazy("Name, tax number or domain"),
    columns=(
        TableColumn(
            key="name",
            title=gettext_lazy("Name"),
            cell=_name,
            plain=lambda row: row.name,
            order=("folded", "id"),
            head=True,
        ),
        TableColumn(
            key="people",
            title=gettext_lazy("People"),
            cell=lambda row: intcomma(row.people) if row.people else "–",
            plain=lambda row: row.people,
            numeric=True,
            label=gettext_lazy("people"),
        ),
        TableColumn(
            key="stage",
            title=gettext_lazy("Stage"),
            cell=lambda row: state("stage", row.stage),
            plain=lambda row: row.stage,
        ),
        TableColumn(key="domain", title=gettext_lazy("Domain"), cell=lambda row: row.domain, quiet=True),
        TableColumn(key="tax", title=gettext_lazy("Tax number"), cell=lambda row: row.tax_id, quiet=True),
        TableColumn(
            key="country",
            title=gettext_lazy("Country"),
            cell=lambda row: str(COUNTRIES.get(row.country, row.country)),
            plain=lambda row: row.country,
            quiet=True,
        ),
        TableColumn(
            key="added",
            title=gettext_lazy("Known since"),
            cell=lambda row: format_time(row.created_at),
            plain=lambda row: row.created_at.isoformat(),
            quiet=True,
            shown=False,
        ),
    ),
    filters=(
        STAGE_FILTER["organisation"],
        ROLE_FILTER["organisation"],
        Filter(
            key="country",
            title=gettext_lazy("Country"),
            every=gettext_lazy("Every country"),
            choices=lambda: country_choices()[1:],
            apply=lambda rows, value: rows.filter(country=value),
        ),
    ),
)


def _count_people() -> Combinable:
    """Return the number of active people whose main or further organisation a row is."""
    people = Person.objects.filter(organisation=OuterRef("pk"), state=Person.State.ACTIVE).order_by()
    main = Subquery(people.values("organisation").annotate(n=Count("id")).values("n"), output_field=IntegerField())
    others = Membership.objects.filter(organisation=OuterRef("pk"), person__state=Person.State.ACTIVE).order_by()
    further = Subquery(others.values("organisation").annotate(n=Count("id")).values("n"), output_field=IntegerField())
    return Coalesce(main, 0) + Coalesce(further, 0)


@requires()
def organisations(request: HttpRequest) -> HttpResponseBase:
    """List the organisations with the number of people of each."""
    stage = stage_expression("organisation", today=timezone.localdate(), per_row=True)
    return answer_list(
        request,
        "console/people/organisations.html",
        listing=ORGANISATIONS,
        rows=Organisation.objects.annotate(people=_count_people(), stage=stage),
        subject="organisations",
        empty_title=_("No organisation yet"),
        empty_text=_("They come with the lists that name a company, or you make them here."),
        empty_url=reverse("console:organisation-new"),
        empty_action=_("New organisation"),
    )


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


def _position(person: Person, organisation: Organisation) -> str:
    if person.organisation_id == organisation.pk:
        return person.position
    return next((row.position for row in person.memberships.all() if row.organisation_id == organisation.pk), "")


def _members(organisation: Organisation, *, changing: bool) -> Listing:
    """Return the listing of an organisation's people; `changing` adds the column that removes one."""
    columns = (
        TableColumn(
            key="name",
            title=gettext_lazy("Name"),
            cell=lambda one: format_html('<a href="{}">{}</a>', reverse("console:person", args=[one.pk]), one),
            plain=str,
            order=("folded", "id"),
            head=True,
        ),
        TableColumn(
            key="address",
            title=gettext_lazy("Address"),
            cell=lambda one: (
                show_address(one.address.value)
                if one.address
                else format_html('<span class="faint">{}</span>', _("no address"))
            ),
            plain=lambda one: one.address.value if one.address else "",
        ),
        TableColumn(
            key="standing",
            title=gettext_lazy("Standing"),
            cell=lambda one: state("standing", one.address.standing) if one.address else "",
        ),
        TableColumn(
            key="position",
            title=gettext_lazy("Position"),
            cell=lambda one: _position(one, organisation),
            quiet=True,
        ),
        TableColumn(
            key="number", title=gettext_lazy("Number"), cell=lambda one: one.number or "", quiet=True, shown=False
        ),
        TableColumn(
            key="part",
            title=gettext_lazy("Take out"),
            cell=_remove_button,
            numeric=True,
            act=True,
        ),
    )
    return Listing(page="organisation", order="name", personal=True, columns=columns if changing else columns[:-1])


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
        listing=_members(shown, changing=changing),
        rows=rows.prefetch_related("memberships"),
        subject="organisations",
        empty_title=_("Nobody belongs to it yet"),
        empty_text=_("Find a person below and join them to it."),
        organisation=shown,
        head=_describe_head(shown, country=country),
        country=country,
        people=_("more than 200") if len(keys) > MAX_COUNTED_PEOPLE else len(keys),
        more=len(keys) > MAX_COUNTED_PEOPLE,
        sent=[(STATES["message"][state].text, number) for state, number in counted.items()],
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


@requires("people.change")
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create or change an organisation."""
    shown = get_object_or_404(Organisation, pk=pk) if pk else None
    form = OrganisationForm(request.POST or None, organisation=shown)
    if request.method == "POST" and form.is_valid():
        before = pack_organisation(shown) if shown else {}
        facts = {name: form.cleaned_data[name] for name in FIELDS}
        kept = save_organisation(shown, facts=facts, by=staff(request))
        if before and before != facts:
            offer_undo(request, _("The changes are kept."), kind="organisation-changed", organisation=pk, before=before)
        return redirect("console:organisation", pk=kept.pk)
    back = reverse("console:organisation", args=[pk]) if pk else reverse("console:organisations")
    heading = _("Change %(name)s") % {"name": shown} if shown else _("New organisation")
    facts = {"form": form, "heading": heading, "back": back}
    return show(request, "console/people/organisation_form.html", subject="organisations", organisation=shown, **facts)


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
