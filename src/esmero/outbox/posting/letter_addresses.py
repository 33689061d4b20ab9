"""Find the postal addresses of letters, in bulk, as the lines that are stored with them."""

from collections.abc import Iterable, Mapping

from esmero.house.jurisdictions import profile_of
from esmero.house.models import Brand
from esmero.outbox.posting.content import PostRecipient, ToAddress, ToPerson, ToStaff
from esmero.people.persons.mailing_addresses import MOST_LETTERS, MailingAddress, list_mailing_addresses
from esmero.postal_address import MOST_LINES
from esmero.refusal import InvalidValue


def list_addresses(persons: Iterable[int], *, brand: Brand) -> dict[int, MailingAddress]:
    """Return the postal addresses of persons, written for letters that this brand posts. One query."""
    return list_mailing_addresses(persons, home=profile_of(brand.profile).country, language=brand.language)


def find_letter_addresses(recipients: Iterable[PostRecipient], *, brand: Brand) -> Mapping[PostRecipient, str]:
    """Return the lines of each recipient's address, joined by line ends; "" for a person without one. One query.

    Raises ValueError for staff, InvalidValue for an address that does not fit on an envelope.
    """
    wanted = set(recipients)
    persons = {one.person.pk for one in wanted if isinstance(one, ToPerson)}
    found = list_addresses(persons, brand=brand) if persons else {}
    lines: dict[PostRecipient, str] = {}
    for one in wanted:
        match one:
            case ToPerson(person):
                lines[one] = found[person.pk].text if person.pk in found else ""
            case ToAddress(address):
                lines[one] = _read_lines(address)
            case ToStaff():
                raise ValueError("A letter goes to a person or to an address, not to staff.")
    return lines


def _read_lines(address: str) -> str:
    lines = [line for part in address.splitlines() if (line := " ".join(part.split()))]
    text = "\n".join(lines)
    if not 2 <= len(lines) <= MOST_LINES or len(text) > MOST_LETTERS:
        raise InvalidValue("letter-address-does-not-fit", lines=MOST_LINES, letters=MOST_LETTERS)
    return text
