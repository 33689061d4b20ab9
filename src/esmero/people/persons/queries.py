"""Query persons by folded text, number or address, and list imports."""

from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import Model, Q, QuerySet

from esmero.imports.models import Import
from esmero.people.models import Person
from esmero.text_folding import fold
from esmero.work.query_plan.selective import MOST, MOST_SCANNED, IsOneOf

MOST_COUNTED = 10_000
_PEOPLE = "esmero-people"


def people_rows() -> QuerySet[Person]:
    """Return the active persons with the relations that a list page shows."""
    return Person.objects.filter(Person.is_active()).select_related("address", "organisation")


def find_people(rows: QuerySet[Person], *, text: str) -> QuerySet[Person]:
    """Filter persons by every word of a text in the folded text (name, number, address).

    One query runs here. A selective result becomes a list of ids; otherwise the filter starts at the first match.
    """
    found = _find_keys(text, most=MOST)
    if len(found) <= MOST:
        return rows.filter(pk__in=found)
    return rows.filter(contains_words(text), folded__gte=Person.objects.filter(pk=found[0]).values("folded"))


def find_rows_of_people[Row: Model](rows: QuerySet[Row], *, text: str) -> QuerySet[Row]:
    """Filter rows with a `person` by every word of a text in the person's folded text, whatever the person's state.

    Up to MOST matches, rows are fetched by person id. Up to MOST_SCANNED, rows are scanned and compared with a list of
    ids. Beyond that the person of each row is joined: with one match in fifty persons or more, a page fills soon.
    """
    found = _find_keys(text, most=MOST_SCANNED)
    if len(found) <= MOST:
        return rows.filter(person__in=found)
    if len(found) <= MOST_SCANNED:
        return rows.filter(IsOneOf("person_id", found, scanned=True))
    return rows.filter(contains_words(text, column="person__folded"))


def _find_keys(text: str, *, most: int) -> list[int]:
    """Return the ids of matching persons in the order of their folded text, at most `most` + 1.

    One covering index (`person_search`) holds everything compared, so no row of the table is read. A million entries
    are scanned once, and only if there are few matches (docs/decisions/0008-a-million-people.md).
    """
    rows = Person.objects.filter(contains_words(text)).order_by("folded", "id")
    return list(rows.values_list("pk", flat=True)[: most + 1])


def contains_words(text: str, *, column: str = "folded") -> Q:
    """Return the condition that a folded column, reached by `column`, contains every word of a text."""
    condition = Q()
    for word in fold(text).split():
        condition &= Q(**{f"{column}__contains": word})
    return condition


def count_people() -> int:
    """Return the number of active persons; beyond MOST_COUNTED the result may be a minute old."""
    known: int | None = cache.get(_PEOPLE)
    if known is not None:
        return known
    number = Person.objects.filter(Person.is_active()).count()
    if number > MOST_COUNTED:
        cache.set(_PEOPLE, number, timeout=60)
    return number


def list_running_imports(*, brand: int) -> Sequence[Import]:
    """Return the imports that are being checked, run or taken back."""
    states = (Import.State.CHECKING, Import.State.RUNNING, Import.State.UNDOING)
    return list(Import.objects.filter(brand=brand, state__in=states).select_related("job").order_by("-id"))
