"""Finding people while somebody types: from the beginning of an index, so that a million of them cost no more than ten.

Rows that begin with a text stand side by side in an index, from the text onwards. So the first rows from there are read,
and those that do not begin with it are dropped: no pattern, no scan, and no word about the order of a database's letters.
"""

from collections.abc import Sequence

from django.db.models import QuerySet

from esmero.people.models import Address, Person
from esmero.people.models.family_name import FromFamilyName
from esmero.people.text_folding import fold

_READ = 200  # rows looked at for names of several words, at most


def seek_persons(text: str, *, limit: int) -> Sequence[Person]:
    """Return at most `limit` active people whose name, family name, number or address begins with a text; ≤ 4 queries.

    A name of several words is also found in another order: "Muñoz Begoña", "José Muñoz" for María José Muñoz.
    """
    whole = text.strip()
    words = fold(whole.replace(",", " ")).split()
    if not words:
        return []
    found = _by_name(" ".join(words), limit=limit)
    if len(words) == 1:
        found += [
            *_by_family(words, limit=limit),
            *_by_number(whole.upper(), limit=limit),
            *_by_address(whole.lower(), limit=limit),
        ]
    elif not found:
        found = _by_family(words, limit=limit) or _by_family([words[-1], *words[:-1]], limit=limit)
    return list({person.pk: person for person in found}.values())[:limit]


def _active() -> QuerySet[Person]:
    return Person.objects.filter(Person.is_active()).select_related("address")


def _by_name(prefix: str, *, limit: int) -> list[Person]:
    rows = _active().filter(folded__gte=prefix).order_by("folded", "id")[: limit * 2]
    return [person for person in rows if person.folded.startswith(prefix)]


def _by_family(words: Sequence[str], *, limit: int) -> list[Person]:
    """Look where the family name begins with the first word; the others may begin any word of the folded text."""
    first, *others = words
    family = FromFamilyName("folded", "given_name")
    # Seen through a join, SQLite would use no more of this index than the state: so it is looked into by itself.
    near = Person.objects.filter(Person.is_active()).annotate(family=family).filter(family__gte=first)
    numbers = near.order_by("family", "id").values("pk")[: _READ if others else limit * 2]
    found: list[Person] = []
    # Neither state nor order here: each would tempt a planner to walk through everybody instead of these few.
    rows = _everybody().filter(pk__in=numbers).annotate(family=family)
    for person in sorted(rows, key=lambda row: (row.family, row.pk)):
        parts = person.folded.split()
        if person.family.startswith(first) and all(any(part.startswith(word) for part in parts) for word in others):
            found.append(person)
    return found[:limit]


def _by_number(prefix: str, *, limit: int) -> list[Person]:
    rows = _everybody().filter(number__gte=prefix).order_by("number")[: limit * 2]
    return [person for person in rows if _is_active(person) and (person.number or "").upper().startswith(prefix)]


def _by_address(prefix: str, *, limit: int) -> list[Person]:
    near = Address.objects.filter(value__gte=prefix).order_by("value").values("pk")[: limit * 2]
    rows = _everybody().filter(address__in=near)
    return [
        person
        for person in rows
        if _is_active(person) and person.address is not None and person.address.value.startswith(prefix)
    ]


def _everybody() -> QuerySet[Person]:
    """Leave the state out of the question: a planner without statistics would look up all of one state."""
    return Person.objects.select_related("address")


def _is_active(person: Person) -> bool:
    return person.state == Person.State.ACTIVE
