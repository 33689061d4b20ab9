"""List people with search, filters and bulk actions."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.people.models import Address, Person, Tag
from esmero.people.persons.queries import count_people, find_people, people_rows
from esmero.people.persons.tags import tag_persons, untag_persons
from esmero.people.relationship.stage_sql import stage_expression
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.people.parties.party_filters import ROLE_FILTER, STAGE_FILTER
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.tables import BulkAct, Choice, Filter, Listing, Rows, TableColumn, pick_rows
from esmero.web.parts.components.template_tags import language_name, state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.states import ADDRESS_STATUS, LANGUAGE_NAMES

RARE_TAG_LIMIT = 20_000


def _name(person: Person) -> SafeString:
    organisation = person.organisation.name if person.organisation else ""
    return format_html(
        '<a href="{}">{}</a>{}',
        reverse("console:person", args=[person.pk]),
        person,
        format_html('<div class="soft small">{}</div>', organisation) if organisation else "",
    )


def _address(person: Person) -> str | SafeString:
    if person.address is None:
        return format_html('<span class="faint">{}</span>', _("no address"))
    return show_address(person.address.value)


def _tags() -> Sequence[Choice]:
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:500]]


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
    search_title=gettext_lazy("Name, number or address"),
    columns=(
        TableColumn(
            key="name",
            title=gettext_lazy("Name"),
            cell=_name,
            plain=lambda person: f"{person.given_name} {person.family_name}".strip(),
            order=("folded", "id"),
            head=True,
        ),
        TableColumn(key="number", title=gettext_lazy("Number"), cell=lambda person: person.number or "", quiet=True),
        TableColumn(
            key="address",
            title=gettext_lazy("Address"),
            cell=_address,
            plain=lambda person: person.address.value if person.address else "",
        ),
        TableColumn(
            key="standing",
            title=gettext_lazy("Standing"),
            cell=lambda person: state("standing", person.address.standing) if person.address else "",
        ),
        TableColumn(
            key="stage",
            title=gettext_lazy("Stage"),
            cell=lambda person: state("stage", person.stage),
            plain=lambda person: person.stage,
            shown=False,
        ),
        TableColumn(
            key="language",
            title=gettext_lazy("Language"),
            cell=lambda person: language_name(person.language) if person.language else "",
            plain=lambda person: person.language,
            quiet=True,
        ),
        TableColumn(
            key="country", title=gettext_lazy("Country"), cell=lambda person: person.country, quiet=True, shown=False
        ),
        TableColumn(
            key="added",
            title=gettext_lazy("Known since"),
            cell=lambda person: format_time(person.created_at),
            plain=lambda person: person.created_at.isoformat(),
            order=("created_at", "id"),
            quiet=True,
            shown=False,
        ),
    ),
    filters=(
        STAGE_FILTER["person"],
        ROLE_FILTER["person"],
        Filter(
            key="language",
            title=gettext_lazy("Language"),
            every=gettext_lazy("Every language"),
            choices=lambda: LANGUAGE_NAMES,
            apply=lambda rows, value: rows.filter(language=value),
        ),
        Filter(
            key="standing",
            title=gettext_lazy("Standing"),
            every=gettext_lazy("Every standing"),
            choices=lambda: [(value, word.text) for value, word in ADDRESS_STATUS.items()],
            apply=_with_status,
        ),
        Filter(key="tag", title=gettext_lazy("Tag"), every=gettext_lazy("Every tag"), choices=_tags, apply=_with_tag),
    ),
    acts=(
        BulkAct(
            value="tag",
            title=gettext_lazy("Give a tag"),
            permission="people.change",
            ask=gettext_lazy("Tag"),
            choices=_tags,
        ),
        BulkAct(
            value="untag",
            title=gettext_lazy("Take a tag away"),
            permission="people.change",
            ask=gettext_lazy("Tag"),
            choices=_tags,
        ),
    ),
)


def listed_people() -> QuerySet[Person]:
    """Return all people with the values that columns of PEOPLE show."""
    return people_rows().annotate(stage=stage_expression("person", today=timezone.localdate(), per_row=True))


@requires()
def people(request: HttpRequest) -> HttpResponseBase:
    """Show a page of people; htmx asks for the table alone while somebody types in the search field."""
    return answer_list(
        request,
        "console/people/persons.html",
        listing=PEOPLE,
        rows=listed_people(),
        subject="people",
        picks_url=reverse("console:people-act"),
        total=count_people(),
        empty_title=_("Nobody is known yet"),
        empty_text=_(
            "Bring the list that you have: a CSV file from a spreadsheet is enough. You see what will happen before"
            " anything does."
        ),
        empty_url=reverse("console:import-new"),
        empty_action=_("Import a list"),
    )


@require_POST
@requires("people.change")
def act_on_people(request: HttpRequest) -> HttpResponse:
    """Tag or untag the ticked people, or all that the list shows; a toast offers undo."""
    act = request.POST.get("act", "")
    name = request.POST.get(f"{act}-value", "").strip()[:80]
    if act not in {"tag", "untag"} or not name:
        messages.error(request, _("Choose a tag first."))
        return redirect("console:people")
    persons = list(pick_rows(people_rows(), listing=PEOPLE, post=request.POST).values_list("pk", flat=True))
    changed = (tag_persons if act == "tag" else untag_persons)(persons, name=name, by=staff(request))
    given = ngettext(
        "%(number)d person has the tag “%(tag)s” now.", "%(number)d people have the tag “%(tag)s” now.", len(changed)
    )
    taken = ngettext(
        "%(number)d person lost the tag “%(tag)s”.", "%(number)d people lost the tag “%(tag)s”.", len(changed)
    )
    words = fill(given if act == "tag" else taken, number=len(changed), tag=name)
    offer_undo(request, words, kind="tagged" if act == "tag" else "untagged", tag=name, persons=changed)
    return redirect(f"{reverse('console:people')}?{request.POST.get('query', '')}")
