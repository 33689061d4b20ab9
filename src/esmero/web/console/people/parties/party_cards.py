"""Gather what the pages of a person and of an organisation show of them as a party: stage, roles, numbers."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esmero.people.models import ContactPoint, Organisation, PartyNumber, PartyRole, Person
from esmero.people.parties.memberships import HeldMembership, list_memberships
from esmero.people.relationship.roles import read_roles
from esmero.people.relationship.stages import RoleFact, Stage, derive_stage
from esmero.web.parts.components.template_tags import chip, state, word
from esmero.web.parts.tags.links import link


class RoleLine(NamedTuple):
    """Describe a role: a chip with its brand, its days, its name, and the address of the page that changes it."""

    words: SafeString
    days: str
    name: str
    url: str


class NumberLine(NamedTuple):
    """Hold a number of a party in another system and the address of the page that changes it."""

    number: PartyNumber
    url: str


class ReachLine(NamedTuple):
    """Describe a way to reach a party: value, kind and use, and the address of the page that changes it."""

    value: str
    note: str
    url: str


class OrganisationLine(NamedTuple):
    """Describe one organisation of a person: a link with its stage, the position there, and the page to change it."""

    organisation: Organisation
    words: SafeString
    note: str
    url: str


def describe_party(party: Person | Organisation) -> dict[str, Any]:
    """Return the context of the cards about a party; two queries."""
    name = "person" if isinstance(party, Person) else "organisation"
    rows = PartyRole.objects.filter(**{name: party}).select_related("brand").order_by("kind", "-since", "id")
    today = timezone.localdate()
    facts = [(row, RoleFact(row.kind, row.since, row.until, row.brand.slug if row.brand else "")) for row in rows]
    numbers = PartyNumber.objects.filter(**{name: party}).select_related("brand").order_by("brand__name", "value")
    return {
        "party": party,
        "stage": derive_stage([fact for _row, fact in facts], today=today),
        "roles": [
            _describe_role(row, held=fact.is_held(today), url=reverse(f"console:{name}-role", args=[party.pk, row.pk]))
            for row, fact in facts
        ],
        "numbers": [NumberLine(row, reverse(f"console:{name}-number", args=[party.pk, row.pk])) for row in numbers],
        "role_new": reverse(f"console:{name}-role-new", args=[party.pk]),
        "number_new": reverse(f"console:{name}-number-new", args=[party.pk]),
    }


def list_reach(party: Person | Organisation, *, points: Iterable[ContactPoint]) -> list[ReachLine]:
    """Return the contact points of a party as lines."""
    name = "person" if isinstance(party, Person) else "organisation"
    return [
        ReachLine(point.value, _describe_point(point), reverse(f"console:{name}-reach", args=[party.pk, point.pk]))
        for point in points
    ]


def describe_memberships(person: Person) -> list[OrganisationLine]:
    """Return the organisations of a person, the main one first, each with its stage; three queries."""
    held = list_memberships([person]).get(person.pk, [])
    _persons, roles = read_roles(organisations=[one.organisation.pk for one in held])
    today = timezone.localdate()
    return [
        _describe_membership(one, stage=derive_stage(roles.get(one.organisation.pk, ()), today=today), person=person)
        for one in held
    ]


def describe_days(role: PartyRole) -> str:
    """Return the first and last day of a role, as far as they are known."""
    since, until = (date_format(day, "SHORT_DATE_FORMAT") if day else "" for day in (role.since, role.until))
    if since and until:
        return _("%(since)s – %(until)s") % {"since": since, "until": until}
    if since:
        return _("since %(since)s") % {"since": since}
    return _("until %(until)s") % {"until": until} if until else _("since when is not known")


def _describe_role(role: PartyRole, *, held: bool, url: str) -> RoleLine:
    name = word(role.kind, "party-role")
    words = chip("kept" if held else "plain", name)
    if role.brand:
        words = format_html('{} <span class="soft">{}</span>', words, role.brand)
    return RoleLine(words, describe_days(role), name, url)


def _describe_point(point: ContactPoint) -> str:
    words = [
        word(point.kind, "channel"),
        word(point.use, "address-use") if point.use else "",
        "" if point.usable else _("not usable"),
    ]
    return " · ".join(one for one in words if one)


def _describe_membership(held: HeldMembership, *, stage: Stage, person: Person) -> OrganisationLine:
    organisation = held.organisation
    words = link(organisation, "console:organisation", organisation.pk)
    if stage != "known":
        words = format_html("{} {}", words, state("stage", stage))
    note = held.position or "–"
    return OrganisationLine(
        organisation,
        words,
        f"{note} · {_('main one')}" if held.row is None else note,
        reverse("console:person-organisation", args=[person.pk, organisation.pk]),
    )
