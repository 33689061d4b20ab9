"""Define the lists of organisations and of the people of one."""

from dataclasses import replace

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import NUMBER, Choice, Column, moment_column, name_column, state_column
from esmero.lists.filters import Labelled, field_filter
from esmero.lists.listing import Listing
from esmero.people.models import Membership, Organisation, Person
from esmero.people.persons.countries import COUNTRIES
from esmero.people.persons.organisations import find_organisations
from esmero.people.relationship.filters import filter_by_role, filter_by_stage
from esmero.people.relationship.stage_sql import stage_expression


def listed_organisations() -> QuerySet[Organisation]:
    """Return all organisations with the values that columns of ORGANISATIONS show."""
    stage = stage_expression("organisation", today=timezone.localdate(), per_row=True)
    return Organisation.objects.annotate(people=_count_people(), stage=stage)


def _count_people() -> Combinable:
    """Return the number of active people whose main or further organisation a row is."""
    people = Person.objects.filter(organisation=OuterRef("pk"), state=Person.State.ACTIVE).order_by()
    main = Subquery(people.values("organisation").annotate(n=Count("id")).values("n"), output_field=IntegerField())
    others = Membership.objects.filter(organisation=OuterRef("pk"), person__state=Person.State.ACTIVE).order_by()
    further = Subquery(others.values("organisation").annotate(n=Count("id")).values("n"), output_field=IntegerField())
    return Coalesce(main, 0) + Coalesce(further, 0)


def _list_countries() -> list[Labelled]:
    return sorted(COUNTRIES.items(), key=lambda pair: str(pair[1]))


ORGANISATIONS = Listing(
    page="organisations",
    personal=True,  # a name may be that of a sole trader
    order="name",
    search=lambda rows, text: find_organisations(rows, text=text),
    search_title=_("Name, tax number or domain"),
    columns=(
        name_column("organisation", title=_("Name"), order=("folded", "id")),
        Column(
            key="people",
            title=_("People"),
            value=lambda row: row.people,
            shape=NUMBER,
            file_value=lambda row: row.people,
            numeric=True,
            label=_("people"),
        ),
        state_column(_("Stage"), "stage", key="stage", file_value=lambda row: row.stage),
        Column(key="domain", title=_("Domain"), value=lambda row: row.domain, quiet=True),
        Column(key="tax", title=_("Tax number"), value=lambda row: row.tax_id, quiet=True),
        Column(
            key="country",
            title=_("Country"),
            value=lambda row: row.country,
            shape=Choice("country"),
            file_value=lambda row: row.country,
            quiet=True,
        ),
        moment_column("added", _("Known since"), lambda row: row.created_at, shown=False),
    ),
    filters=(
        filter_by_stage("organisation"),
        filter_by_role("organisation"),
        field_filter("country", title=_("Country"), every=_("Every country"), choices=_list_countries),
    ),
)


def members_of_listing(organisation: Organisation, *, changing: bool) -> Listing:
    """Return the listing of an organisation's people; `changing` adds the column of buttons that remove one."""

    def position(person: Person) -> str:
        if person.organisation_id == organisation.pk:
            return person.position
        further = (row.position for row in person.memberships.all() if row.organisation_id == organisation.pk)
        return next(further, "")

    listing = Listing(
        page="organisation",
        order="name",
        personal=True,
        columns=(
            name_column("person", title=_("Name"), order=("folded", "id")),
            Column(key="address", title=_("Address"), value=lambda row: row.address.value if row.address else ""),
            state_column(
                _("Standing"), "standing", key="standing", value=lambda row: row.address.standing if row.address else ""
            ),
            Column(key="position", title=_("Position"), value=position, quiet=True),
            Column(key="number", title=_("Number"), value=lambda row: row.number, quiet=True, shown=False),
        ),
    )
    if not changing:
        return listing
    remove = Column(key="part", title=_("Take out"), value=lambda _row: "", numeric=True, act=True)
    return replace(listing, columns=(*listing.columns, remove))
