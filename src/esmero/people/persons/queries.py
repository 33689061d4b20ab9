"""Query persons by their search text, count them, and list imports."""

from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable

from esmero.imports.models import Import
from esmero.people.models import Person
from esmero.people.search_texts import join_phone_number
from esmero.search.finding import find_ids, has_words
from esmero.search.models import SubjectKind
from esmero.work.query_plan.selective import MOST, MOST_SCANNED, IsOneOf

MOST_COUNTED = 10_000
_PEOPLE = "esmero-people"


def people_rows() -> QuerySet[Person]:
    """Return the active persons with the relations that a list page shows."""
    return Person.objects.filter(Person.is_active()).select_related("address", "organisation")


def find_people(rows: QuerySet[Person], *, text: str) -> QuerySet[Person]:
    """Filter persons by every word of a text in name, number, address, phone number or organisation.

    One query runs here. A selective result becomes a list of ids; else each row that the list meets is compared.
    """
    return rows.filter(_match_people(text, column="pk"))


def find_rows_of_people[Row: Model](rows: QuerySet[Row], *, text: str) -> QuerySet[Row]:
    """Filter rows with a `person` by every word of a text in the person's search text, merged persons included."""
    return rows.filter(_match_people(text, column="person_id"))


def _match_people(text: str, *, column: str) -> Combinable | Q:
    """Return the condition that the person in a column is found. One query runs here.

    Up to MOST matches, rows are fetched by person id. Up to MOST_SCANNED, rows are scanned and compared with a list of
    ids. Beyond that the text of each row's person is looked up: with one match in fifty persons or more, a page fills
    soon (docs/decisions/0008-a-million-people.md).
    """
    text = join_phone_number(text)
    found = find_ids(SubjectKind.PERSON, text=text, most=MOST_SCANNED)
    if len(found) <= MOST:
        return Q(**{f"{column}__in": found})
    if len(found) <= MOST_SCANNED:
        return IsOneOf(column, found, scanned=True)
    return has_words(SubjectKind.PERSON, text, column=column)


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
