"""List people with search, filters and bulk actions."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from esmero.lists.filters import Rows
from esmero.people.models import Person
from esmero.people.persons.listing import PEOPLE, list_tags, listed_people
from esmero.people.persons.queries import count_people
from esmero.people.persons.tags import tag_persons, untag_persons
from esmero.web.console.access import staff
from esmero.web.console.generic_pages.list_pages import BulkAct, ListView, act_view, list_view
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.rates import fill, format_number
from esmero.web.parts.components.tables import draw_link


def _draw_name(person: Person) -> SafeString:
    organisation = person.organisation.name if person.organisation else ""
    below = format_html('<div class="soft small">{}</div>', organisation) if organisation else ""
    return format_html("{}{}", draw_link("person", person.pk, person), below)


def draw_main_address(person: Person) -> str | SafeString:
    """Draw the main address of a person, or that there is none."""
    if person.address is None:
        return format_html('<span class="faint">{}</span>', _("no address"))
    return show_address(person.address.value)


def _give_tag(request: HttpRequest, rows: Rows, name: str) -> None:
    changed = tag_persons(list(rows.values_list("pk", flat=True)), name=name, by=staff(request))
    words = ngettext(
        "%(number)d person has the tag “%(tag)s” now.", "%(number)d people have the tag “%(tag)s” now.", len(changed)
    )
    offer_undo(request, fill(words, number=len(changed), tag=name), kind="tagged", tag=name, persons=changed)


def _take_tag(request: HttpRequest, rows: Rows, name: str) -> None:
    changed = untag_persons(list(rows.values_list("pk", flat=True)), name=name, by=staff(request))
    words = ngettext(
        "%(number)d person lost the tag “%(tag)s”.", "%(number)d people lost the tag “%(tag)s”.", len(changed)
    )
    offer_undo(request, fill(words, number=len(changed), tag=name), kind="untagged", tag=name, persons=changed)


def _describe_total(_request: HttpRequest) -> Mapping[str, Any]:
    total = count_people()
    words = ngettext(
        "%(number)s person whom this house knows, of all brands",
        "%(number)s people whom this house knows, of all brands",
        total,
    )
    return {"lead": words % {"number": format_number(total)}}


VIEW = ListView(
    listing=PEOPLE,
    rows=lambda _request: listed_people(),
    subject="people",
    title=_("People"),
    new=("import-new", _("Import a list")),
    new_right="people.import",
    facts=_describe_total,
    empty=(
        _("Nobody is known yet"),
        _(
            "Bring the list that you have: a CSV file from a spreadsheet is enough. You see what will happen before"
            " anything does."
        ),
    ),
    begin=("import-new", _("Import a list")),
    drawn={"name": _draw_name, "address": draw_main_address},
    acts_address="people-act",
    acts=tuple(
        BulkAct(
            value=value,
            title=title,
            permission="people.change",
            run=run,
            ask=_("Tag"),
            missing=_("Choose a tag first."),
            choices=list_tags,
        )
        for value, title, run in (
            ("tag", _("Give a tag"), _give_tag),
            ("untag", _("Take a tag away"), _take_tag),
        )
    ),
)
people = list_view(VIEW)
act_on_people = act_view(VIEW)
