"""Search persons while the user types, at a cost independent of the number of persons.

First come those whose name, family name, number or address begins with the text. Entries with the same prefix are
adjacent in an index. The first rows from the prefix on are read, and rows without it dropped in Python: no LIKE
pattern, no scan, and no dependence on the collation of the database. The others contain the text inside a word.
"""

from collections.abc import Sequence

from django.db.models import QuerySet

from esmero.people.models import Address, Person
from esmero.people.models.family_name import FromFamilyName
from esmero.people.search_texts import join_phone_number
from esmero.search import trigrams
from esmero.search.finding import search
from esmero.search.models import SubjectKind
from esmero.text_folding import fold

_READ = 200  # most rows read for names of several words


def search_persons(text: str, *, limit: int) -> Sequence[Person]:
    """Return at most `limit` active persons, those whose name, family name, number or address has a prefix first.

    A name of several words also matches in another order: "Muñoz Begoña", "José Muñoz" for María José Muñoz. Texts of
    three letters or more are then found inside words, too, and in phone numbers and organisations. At most 6 queries.
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
    unique = {person.pk: person for person in found}
    if len(unique) < limit and max(map(len, words)) >= trigrams.SIZE:
        hits = search(join_phone_number(whole), kinds=[SubjectKind.PERSON], limit=2 * limit)
        by_id = _everybody().in_bulk([hit.subject_id for hit in hits if hit.subject_id not in unique])
        inside = (by_id.get(hit.subject_id) for hit in hits)
        unique |= {person.pk: person for person in inside if person is not None and _is_active(person)}
    return list(unique.values())[:limit]


def _active() -> QuerySet[Person]:
    return Person.objects.filter(Person.is_active()).select_related("address")


def _by_name(prefix: str, *, limit: int) -> list[Person]:
    rows = _active().filter(folded__gte=prefix).order_by("folded", "id")[: limit * 2]
    return [person for person in rows if person.folded.startswith(prefix)]


def _by_family(words: Sequence[str], *, limit: int) -> list[Person]:
    """Find family names beginning with the first word; the other words may begin any word of the folded text."""
    first, *others = words
    family = FromFamilyName("folded", "given_name")
    # A query of its own: through a join SQLite would use only the first column of this index, the state.
    near = Person.objects.filter(Person.is_active()).annotate(family=family).filter(family__gte=first)
    numbers = near.order_by("family", "id").values("pk")[: _READ if others else limit * 2]
    found: list[Person] = []
    # Neither state nor order here: either would lead a planner to scan all persons instead of these few.
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
    """Leave the state out of the query: a planner without statistics would look up all rows of one state."""
    return Person.objects.select_related("address")


def _is_active(person: Person) -> bool:
    return person.state == Person.State.ACTIVE
