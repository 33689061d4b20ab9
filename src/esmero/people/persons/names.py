"""Derive the folded text of a person, by which lists search and sort."""

from esmero.people.models import Person
from esmero.text_folding import fold

LOST_LETTER = "?"


def update_folded(person: Person) -> None:
    """Update `folded` and `name_is_damaged` from the other fields; the caller saves."""
    mail = person.address.value if person.address else ""
    person.folded = fold(f"{person.given_name} {person.family_name} {person.number or ''} {mail}")[:700]
    person.name_is_damaged = LOST_LETTER in person.given_name + person.family_name
