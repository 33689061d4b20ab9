"""Query persons by their search text, count them, and list imports."""

from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import Model, QuerySet

from esmero.imports.models import Import
from esmero.people.models import Person
from esmero.people.search_texts import join_phone_number
from esmero.search.finding import find_first, find_ids, has_words
from esmero.search.models import SubjectKind
from esmero.work.query_plan.selective import MOST, MOST_SCANNED, IsOneOf

MOST_COUNTED = 10_000
MOST_BOUNDED = 40_000  # matches among whom the first name is looked for
_PEOPLE = "esmero-people"


def people_rows() -> QuerySet[Person]:
    """Return the active persons with the relations that a list page shows."""
    return Person.objects.filter(Person.is_active()).select_related("address", "organisation")


def find_people(rows: QuerySet[Person], *, text: str) -> QuerySet[Person]:
    """Filter persons by every word of a text in name, number, address, phone number or organisation.

    Up to MOST matches become a list of ids. Of more, the text of each row that the list meets is looked up; a list in
    the order of names begins at the first match, for those who bear one name follow one another, and may be far. At
    most three queries run here.
    """
    text = join_phone_number(text)
    found = find_ids(SubjectKind.PERSON, text=text, most=MOST)
    if len(found) <= MOST:
        return rows.filter(pk__in=found)
    rows = rows.filter(has_words(SubjectKind.PERSON, text))
    first = find_first(Person, SubjectKind.PERSON, text=text, column="folded", most=MOST_BOUNDED)
    return rows if first is None else rows.filter(folded__gte=first)


def find_rows_of_people[Row: Model](rows: QuerySet[Row], *, text: str) -> QuerySet[Row]:
    """Filter rows with a `person` by every word of a text in the person's search text, merged persons included.

    One query runs here. Up to MOST matches, rows are fetched by person id. Up to MOST_SCANNED, rows are scanned and
    compared with a list of ids. Beyond that the text of each row's person is looked up: with one match in fifty persons
    or more, a page fills soon (docs/decisions/0008-a-million-people.md).
    """
    text = join_phone_number(text)
    found = find_ids(SubjectKind.PERSON, text=text, most=MOST_SCANNED)
    if len(found) <= MOST:
        return rows.filter(person__in=found)
    if len(found) <= MOST_SCANNED:
        return rows.filter(IsOneOf("person_id", found, scanned=True))
    return rows.filter(has_words(SubjectKind.PERSON, text, column="person_id"))


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
