"""Write postal addresses as the lines of an envelope, for many persons at once."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from esmero.people.models import ContactPoint, Person
from esmero.people.persons.countries import name_country

MOST_LINES = 6  # of an address zone (DIN 5008; NF Z 10-011; UPU S42: at most six lines)
MOST_LETTERS = 640  # of all lines, so that the column with an index holds any of them


class MailingAddress(NamedTuple):
    """Hold the lines of an address, joined by line ends, with its contact point."""

    point: int
    text: str


def list_mailing_addresses(ids: Iterable[int], *, home: str, language: str) -> dict[int, MailingAddress]:
    """Return the address of each of these persons: their oldest usable postal contact point. One query.

    `home` is the country (ISO 3166-1) of the sender, or "": in it, no country is written; abroad it is the last line,
    in capitals and in the sender's `language` (UPU Convention, S42). Persons without an address that fits are left out.
    """
    points = (
        ContactPoint.objects.filter(person_id__in=set(ids), kind=ContactPoint.Kind.POST, usable=True)
        .select_related("person__organisation")
        .order_by("person_id", "id")
    )
    found: dict[int, MailingAddress] = {}
    for point in points:
        if point.person_id in found:
            continue
        lines = write_lines(point.person, facts=point.facts, home=home, language=language)
        if lines:
            found[point.person_id] = MailingAddress(point.pk, "\n".join(lines))
    return found


def write_lines(person: Person, *, facts: Mapping[str, str], home: str, language: str) -> list[str]:
    """Return the lines of a postal address, from the addressee to the country; none if they do not fit.

    A damaged name is left out, as in mails; then the organisation is the addressee.
    """
    name = "" if person.name_is_damaged else f"{person.given_name} {person.family_name}".strip()
    organisation = person.organisation.name if person.organisation else ""
    country = facts.get("country", "")
    abroad = country and country != home
    parts = (
        f"{person.title} {name}".strip() if name else "",
        organisation,
        facts.get("street", ""),
        f"{facts.get('postal_code', '')} {facts.get('city', '')}",
        facts.get("region", ""),
        name_country(country, language=language).upper() if abroad else "",
    )
    lines = [line for part in parts if (line := " ".join(part.split()))]
    fits = len(lines) <= MOST_LINES and sum(len(line) + 1 for line in lines) <= MOST_LETTERS
    return lines if fits and (name or organisation) and facts.get("city") else []
