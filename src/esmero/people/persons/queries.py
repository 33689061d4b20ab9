"""Reading people: a page of them by name, found by folded text, number or address."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Model, Q, QuerySet

from esmero.house.models import Brand
from esmero.people.models import Channel, Import, Permission, PermissionEntry, Person, Preference, Topic
from esmero.people.text_folding import fold
from esmero.work.query_plan.selective import MOST, MOST_HELD, IsOneOf

MOST_COUNTED = 10_000
_PEOPLE = "esmero-people"


def people_rows() -> QuerySet[Person]:
    """Return the active people with what a list says of them."""
    return Person.objects.filter(Person.is_active()).select_related("address", "organisation")


def find_people(rows: QuerySet[Person], *, text: str) -> QuerySet[Person]:
    """Narrow people to those in whose folded text every word stands: name, number and address, without accents or capitals.

    One query here: what else is asked of the rows begins with the few who are found, or, of many, at the first of them.
    """
    found = _find_keys(text, most=MOST)
    if len(found) <= MOST:
        return rows.filter(pk__in=found)
    return rows.filter(stands_in(text), folded__gte=Person.objects.filter(pk=found[0]).values("folded"))


def find_rows_of_people[Row: Model](rows: QuerySet[Row], *, text: str) -> QuerySet[Row]:
    """Narrow rows that have a `person` to those of people, of whatever state, in whose folded text every word stands.

    Of few people their rows are fetched. Of some the rows are walked with the people in hand. Of many, each row's person is
    looked at: one in fifty people or more is soon met.
    """
    found = _find_keys(text, most=MOST_HELD)
    if len(found) <= MOST:
        return rows.filter(person__in=found)
    if len(found) <= MOST_HELD:
        return rows.filter(IsOneOf("person_id", found, held=True))
    return rows.filter(stands_in(text, column="person__folded"))


def _find_keys(text: str, *, most: int) -> list[int]:
    """Return the ids of those who are found, one more than `most` at most, in the order of their folded texts.

    One index holds all that is compared (`person_search`) and nothing else is asked, so that no row of a person is read:
    a million are looked through once, and only where few are found (docs/decisions/0008-a-million-people.md).
    """
    rows = Person.objects.filter(stands_in(text)).order_by("folded", "id")
    return list(rows.values_list("pk", flat=True)[: most + 1])


def stands_in(text: str, *, column: str = "folded") -> Q:
    """Return the condition that every word of a text stands in the folded text of a person, which `column` leads to."""
    condition = Q()
    for word in fold(text).split():
        condition &= Q(**{f"{column}__contains": word})
    return condition


def count_people() -> int:
    """Return how many active people the house knows; beyond MOST_COUNTED the number may be a minute old."""
    known: int | None = cache.get(_PEOPLE)
    if known is not None:
        return known
    number = Person.objects.filter(Person.is_active()).count()
    if number > MOST_COUNTED:
        cache.set(_PEOPLE, number, timeout=60)
    return number


def list_imports(*, brand: int, before: int | None = None, limit: int) -> Sequence[Import]:
    """Return at most `limit` imports of a brand, the newest first."""
    rows = Import.objects.filter(brand=brand).select_related("job")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:limit])


def list_running_imports(*, brand: int) -> Sequence[Import]:
    """Return the imports that are being checked or run."""
    states = (Import.State.CHECKING, Import.State.RUNNING)
    return list(Import.objects.filter(brand=brand, state__in=states).select_related("job").order_by("-id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStatus:
    """What stands for one topic of a brand by mail: the permission if there is one, and the person's own preference."""

    topic: Topic
    permission: Permission | None
    preference: Preference | None

    @property
    def allowed(self) -> bool:
        """Whether the person allows this topic and has not turned it off; returns and pauses are another matter."""
        turned_off = self.preference is not None and self.preference.wanted is False
        granted = self.permission is not None and self.permission.state == PermissionEntry.Act.GRANTED
        return granted and not turned_off


def read_wishes(person: Person, *, brand: Brand) -> list[TopicStatus]:
    """Return one row per topic of the brand; a permission without a topic speaks for all of its purpose."""
    permissions = {
        (row.purpose_id, row.topic_id): row
        for row in Permission.objects.filter(person=person, brand=brand, channel=Channel.EMAIL)
    }
    preferences = {row.topic_id: row for row in Preference.objects.filter(person=person, brand=brand)}
    topics = Topic.objects.filter(brand=brand).select_related("purpose").order_by("id")
    return [
        TopicStatus(
            topic=topic,
            permission=permissions.get((topic.purpose_id, topic.pk)) or permissions.get((topic.purpose_id, None)),
            preference=preferences.get(topic.pk) or preferences.get(None),
        )
        for topic in topics
    ]
