"""What follows from a person's name, number and address: the folded text that lists search and sort by."""

from esmero.people.models import Person
from esmero.people.text_folding import fold

LOST_LETTER = "?"


def refold(person: Person) -> None:
    """Bring `folded` and `name_is_damaged` up to date with the other fields; the caller saves."""
    mail = person.address.value if person.address else ""
    person.folded = fold(f"{person.given_name} {person.family_name} {person.number or ''} {mail}")[:700]
    person.name_is_damaged = LOST_LETTER in person.given_name + person.family_name
