"""Find people for the command palette."""

from django.urls import reverse

from esmero.people.persons.search import search_persons
from esmero.web.console.area import SearchHit


def find_people(text: str, most: int) -> list[SearchHit]:
    """Return people by the beginning of a name, of their number or of their address."""
    return [
        SearchHit(
            words=str(person),
            note=" · ".join(part for part in (person.number, person.address.value if person.address else "") if part),
            url=reverse("console:person", args=[person.pk]),
        )
        for person in search_persons(text, limit=most)
    ]
