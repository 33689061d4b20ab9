"""Put the question of policy/permission.py to the permission table: for one topic and person, or for many persons."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from django.db.models import Case, QuerySet, When
from django.utils import timezone

from esmero.house.jurisdictions import valid_bases
from esmero.house.models import Brand
from esmero.people.models import Channel, Permission, PermissionEntry, Purpose, Topic
from esmero.policy.case import MessageClass
from esmero.policy.permission import (
    CasePermission,
    PermissionAnswer,
    TopicQuestion,
    decide_permission,
)

# Acts that are kept in `state` alone; their date is that of the entry.
_WITHOUT_DATES = frozenset({PermissionEntry.Act.REQUESTED.value, PermissionEntry.Act.EXPIRED.value})


def read_statements(rows: QuerySet[Permission]) -> Iterator[tuple[int, str, CasePermission]]:
    """Yield (person, channel, statement) of these permissions; one query.

    A permission that was granted and withdrawn gives two statements: which of them applies, the policy decides.
    """
    of_entry = Case(When(granted_at=None, withdrawn_at=None, then="entry__at"))
    columns = rows.annotate(only_at=of_entry).values_list(
        "person_id",
        "channel",
        "purpose__code",
        "topic__code",
        "state",
        "granted_at",
        "basis",
        "withdrawn_at",
        "objected",
        "only_at",
        "entry__wording_version",
        "entry__source",
        "entry_id",
    )
    about: tuple[str, str]
    proof: list[Any]
    for person, channel, purpose, topic, state, granted_at, basis, withdrawn_at, objected, only_at, *proof in columns:
        about = purpose, topic or ""
        if granted_at:
            yield person, channel, CasePermission(*about, "granted", basis, granted_at, *proof)
        if withdrawn_at:
            yield (
                person,
                channel,
                CasePermission(*about, "objected" if objected else "withdrawn", "", withdrawn_at, *proof),
            )
        if only_at and state in _WITHOUT_DATES:
            yield person, channel, CasePermission(*about, state, basis, only_at, *proof)  # type: ignore[arg-type]


def ask_about(
    purpose: Purpose, topic: Topic | None, *, brand: Brand, channel: str = Channel.EMAIL, at: datetime | None = None
) -> TopicQuestion:
    """Return the question whether the brand may send an unsolicited message about a topic (None: of the purpose)."""
    message_class: MessageClass = "commercial" if purpose.commercial else "relational"
    return TopicQuestion(
        at=at or timezone.now(),
        message_class=message_class,
        purpose=purpose.code,
        topic=topic.code if topic else "",
        valid_bases=valid_bases(brand.profile, channel=channel, commercial=purpose.commercial),
    )


def decide_in_bulk(
    persons: Iterable[int], *, brand: int, question: TopicQuestion, channel: str = Channel.EMAIL
) -> dict[int, PermissionAnswer]:
    """Return the answer for each person; one query per 500."""
    ids = list(persons)
    stated: dict[int, list[CasePermission]] = defaultdict(list)
    # 500 at a time: SQLite limits the number of parameters of a statement.
    for some in batched(ids, 500):
        for person, _channel, statement in read_statements(
            Permission.objects.filter(person__in=some, brand=brand, channel=channel)
        ):
            stated[person].append(statement)
    return {person: decide_permission(stated.get(person, ()), question=question) for person in ids}


def find_permitted(persons: Iterable[int], *, brand: int, purpose: int, topic: int | None) -> set[int]:
    """Return the persons who permit e-mail about this purpose and topic (ids)."""
    of_purpose = Purpose.objects.get(pk=purpose)
    of_topic = None if topic is None else Topic.objects.get(pk=topic)
    question = ask_about(of_purpose, of_topic, brand=Brand.objects.get(pk=brand))
    answers = decide_in_bulk(persons, brand=brand, question=question)
    return {person for person, answer in answers.items() if answer.is_allowed}


def read_person(person: int, *, brand: Brand) -> dict[str, list[CasePermission]]:
    """Return the statements of one person for a brand by channel; one query."""
    found: dict[str, list[CasePermission]] = defaultdict(list)
    for _person, channel, statement in read_statements(Permission.objects.filter(person=person, brand=brand)):
        found[channel].append(statement)
    return found


def decide_topics(
    statements: Sequence[CasePermission], *, topics: Sequence[Topic], brand: Brand, channel: str = Channel.EMAIL
) -> dict[int, PermissionAnswer]:
    """Return the answer of one person for each topic (with its purpose), by its id."""
    now = timezone.now()
    return {
        topic.pk: decide_permission(
            statements, question=ask_about(topic.purpose, topic, brand=brand, channel=channel, at=now)
        )
        for topic in topics
    }
