"""Choose the postal addresses of many persons at once, and write them as the lines of an envelope."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from esmero.people.models import ContactPoint, Organisation, Person
from esmero.people.persons.countries import name_country
from esmero.postal_address import MOST_LINES, PostalAddress

MOST_LETTERS = 640  # of all lines, so that the column with an index holds any of them


class MailingAddress(NamedTuple):
    """Hold the lines of an address, joined by line ends, with its contact point."""

    point: int
    text: str


def list_mailing_addresses(
    ids: Iterable[int], *, home: str, language: str, use: str = ContactPoint.Use.HOME
) -> dict[int, MailingAddress]:
    """Return the address of each of these persons. One query.

    It is a usable one for this `use`, else one for every use, else any; the oldest of several. `home` is the country
    (ISO 3166-1) of the sender, or "": in it, no country is written; abroad it is the last line, in capitals and in the
    sender's `language` (UPU Convention, S42). Persons without an address that fits are left out.
    """
    points = ContactPoint.objects.filter(person_id__in=set(ids), kind=ContactPoint.Kind.POST, usable=True)
    ranked = sorted(points.select_related("person__organisation"), key=lambda point: (_rank(point, use), point.pk))
    found: dict[int, MailingAddress] = {}
    for point in ranked:
        person = point.person
        if person is None or person.pk in found:
            continue
        lines = write_lines(person, facts=point.facts, home=home, language=language)
        if lines:
            found[person.pk] = MailingAddress(point.pk, "\n".join(lines))
    return found


def choose_postal_address(points: Sequence[ContactPoint], *, use: str) -> PostalAddress | None:
    """Return the postal address of a party for a use, by the order of `list_mailing_addresses`; None without one."""
    posts = [one for one in points if one.kind == ContactPoint.Kind.POST and one.usable]
    best = min(posts, key=lambda point: (_rank(point, use), point.pk), default=None)
    return PostalAddress.read(best.facts) if best else None


def write_lines(party: Person | Organisation, *, facts: Mapping[str, str], home: str, language: str) -> list[str]:
    """Return the lines of a postal address, from the addressee to the country; none if they do not fit.

    A damaged name is left out, as in mails; then the organisation is the addressee.
    """
    address = PostalAddress.read(facts)
    abroad = address.country and address.country != home
    addressee = _name(party)
    country = name_country(address.country, language=language) if abroad else ""
    lines = address.as_lines(addressee=addressee, country=country)
    fits = len(lines) <= MOST_LINES and sum(len(line) + 1 for line in lines) <= MOST_LETTERS
    return lines if fits and addressee and address.city else []


def _name(party: Person | Organisation) -> list[str]:
    """Return the lines of the addressee: person and organisation."""
    if isinstance(party, Organisation):
        return [party.name]
    name = "" if party.name_is_damaged else f"{party.given_name} {party.family_name}".strip()
    organisation = party.organisation.name if party.organisation else ""
    return [line for line in (f"{party.title} {name}".strip() if name else "", organisation) if line]


def _rank(point: ContactPoint, use: str) -> int:
    return 0 if point.use == use else 1 if not point.use else 2
