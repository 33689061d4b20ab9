"""Define the lists of persons and of custom fields."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import Choice, Column, moment_column, name_column, state_column
from esmero.lists.filters import Filter, Labelled, Rows, code_filter
from esmero.lists.listing import Listing
from esmero.people.models import Address, CustomField, Person, Tag
from esmero.people.persons.queries import find_people, people_rows
from esmero.people.relationship.filters import filter_by_role, filter_by_stage
from esmero.people.relationship.stage_sql import stage_expression

RARE_TAG_LIMIT = 20_000


def list_tags() -> Sequence[Labelled]:
    """Return the tags that a list offers."""
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:500]]


def listed_people() -> QuerySet[Person]:
    """Return all people with the values that columns of PEOPLE show."""
    return people_rows().annotate(stage=stage_expression("person", today=timezone.localdate(), per_row=True))


def _with_tag(rows: Rows, name: str) -> Rows:
    """Filter by tag with the plan that fits the tag's size.

    A rare tag is resolved to its people first; a frequent one is tested for each person in the order of the list.
    """
    tags = list(Tag.objects.filter(name=name).values_list("pk", flat=True))
    given = Person.tags.through.objects.filter(tag__in=tags)
    if given.order_by().values("pk")[: RARE_TAG_LIMIT + 1].count() <= RARE_TAG_LIMIT:
        return rows.filter(pk__in=given.values("person_id"))
    return rows.filter(Exists(given.filter(person_id=OuterRef("pk"))))


def _with_status(rows: Rows, value: str) -> Rows:
    """Filter by address status with the plan that fits its frequency.

    Nearly all addresses have the status `ok`; for the others the query starts from the matching addresses.
    """
    name = "address__standing__likely" if value == Address.Standing.OK else "address__standing"
    return rows.filter(**{name: value})


PEOPLE = Listing(
    page="people",
    order="name",
    personal=True,
    search=lambda rows, text: find_people(rows, text=text),
    search_title=_("Name, number or address"),
    columns=(
        name_column(
            "person",
            title=_("Name"),
            file_value=lambda row: f"{row.given_name} {row.family_name}".strip(),
            order=("folded", "id"),
        ),
        Column(key="number", title=_("Number"), value=lambda row: row.number, quiet=True),
        Column(key="address", title=_("Address"), value=lambda row: row.address.value if row.address else ""),
        state_column(
            _("Standing"), "standing", key="standing", value=lambda row: row.address.standing if row.address else ""
        ),
        state_column(_("Stage"), "stage", key="stage", file_value=lambda row: row.stage, shown=False),
        Column(
            key="language",
            title=_("Language"),
            value=lambda row: row.language,
            shape=Choice("language"),
            file_value=lambda row: row.language,
            quiet=True,
        ),
        Column(key="country", title=_("Country"), value=lambda row: row.country, quiet=True, shown=False),
        moment_column("added", _("Known since"), lambda row: row.created_at, order=("created_at", "id"), shown=False),
    ),
    filters=(
        filter_by_stage("person"),
        filter_by_role("person"),
        code_filter(
            "own-language",
            [code for code, _name in settings.LANGUAGES],
            key="language",
            title=_("Language"),
            every=_("Every language"),
        ),
        Filter(
            key="standing",
            title=_("Standing"),
            every=_("Every standing"),
            kind="standing",
            choices=lambda: Address.Standing.values,
            apply=_with_status,
        ),
        Filter(key="tag", title=_("Tag"), every=_("Every tag"), choices=list_tags, apply=_with_tag),
    ),
)

FIELDS = Listing(
    page="fields",
    order="key",
    columns=(
        name_column("field", title=_("Name"), value=lambda row: row.label),
        Column(key="key", title=_("Key"), value=lambda row: row.key, order=("key",), quiet=True),
        Column(key="kind", title=_("Kind"), value=lambda row: row.kind, shape=Choice("field-kind")),
        Column(key="choices", title=_("Choices"), value=lambda row: ", ".join(row.choices)[:120], quiet=True),
    ),
    filters=(code_filter("field-kind", CustomField.Kind.values, key="kind", title=_("Kind"), every=_("Every kind")),),
)
