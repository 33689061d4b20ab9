"""Feed the search with persons: name, numbers, e-mail addresses, phone numbers, organisations.

Whoever changes one of these calls `index_persons` in the same transaction.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import batched

from django.db import transaction
from django.db.models import Q
from django.db.models.fields.json import KT

from esmero.people.models import ContactPoint, Membership, Organisation, PartyNumber, Person
from esmero.search.indexing import SearchEntry, index, remove
from esmero.search.models import SubjectKind
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

INDEX_MEMBERS = "index-members"
_CHUNK = 500
_GROUPED_NUMBER = re.compile(r"\+?[\d().-]+(?: [\d().-]+)+", re.ASCII)
_COLUMNS = ("id", "given_name", "family_name", "number", "address__value", "organisation__name", "state")


def index_persons(ids: Collection[int]) -> None:
    """Write the search texts of persons from their rows; those of erased and deleted ones go. Needs a transaction.

    Four queries and a statement for each five hundred. Merged persons stay: their messages are found by them.
    """
    for several in batched(ids, _CHUNK):
        entries = _gather(several)
        index(SubjectKind.PERSON, entries)
        gone = set(several) - {one.subject_id for one in entries}
        if gone:
            remove(SubjectKind.PERSON, gone)


def index_next_persons(after: int, most: int) -> list[int]:
    """Index the next persons by id and return their ids; none at the end. For the rebuild of the whole index."""
    rows = Person.objects.filter(pk__gt=after).exclude(state=Person.State.ERASED).order_by("id")
    ids = list(rows.values_list("pk", flat=True)[:most])
    index_persons(ids)
    return ids


def count_searchable() -> int:
    """Return the number of persons who have a search text: all but the erased."""
    return Person.objects.exclude(state=Person.State.ERASED).count()


def index_members(organisation: Organisation) -> None:
    """Index the persons of a renamed organisation: the first at once, of a large one the others in a job."""
    ids = _list_members(organisation.pk, after=0)
    index_persons(ids)
    if len(ids) == _CHUNK:
        enqueue(INDEX_MEMBERS, subject_id=organisation.pk, facts={"after": ids[-1]}, by="search")


def run_members_chunk(job: Job) -> bool:
    """Index the next persons of an organisation; return True when all are indexed."""
    ids = _list_members(job.subject, after=job.cursor.get("after", job.facts["after"]))
    with transaction.atomic():
        index_persons(ids)
        job.cursor = {"after": ids[-1]} if ids else job.cursor
        job.done += len(ids)
        save_progress(job)
    return len(ids) < _CHUNK


def _list_members(organisation: int, *, after: int) -> list[int]:
    further = Membership.objects.filter(organisation=organisation).values("person")
    rows = Person.objects.filter(Q(organisation=organisation) | Q(pk__in=further), pk__gt=after).order_by("id")
    return list(rows.values_list("pk", flat=True)[:_CHUNK])


def _gather(ids: Collection[int]) -> list[SearchEntry]:
    points: defaultdict[int, set[str]] = defaultdict(set)
    found = ContactPoint.objects.filter(person__in=ids).exclude(kind=ContactPoint.Kind.POST)
    for person, kind, value, e164 in found.values_list("person", "kind", "value", KT("facts__e164")):
        points[person].update(_write_phone(value, e164=e164 or "") if kind == ContactPoint.Kind.PHONE else [value])
    more: defaultdict[int, list[str]] = defaultdict(list)
    numbers = PartyNumber.objects.filter(person__in=ids).order_by("id").values_list("person", "value")
    bodies = Membership.objects.filter(person__in=ids).order_by("id").values_list("person", "organisation__name")
    for person, text in (*numbers, *bodies):
        more[person].append(text)
    rows = Person.objects.filter(pk__in=ids).exclude(state=Person.State.ERASED).values_list(*_COLUMNS)
    return [
        SearchEntry(
            subject_id=pk,
            title=f"{given} {family}".strip() or number or address or "",
            fields=tuple(
                _drop_blank([f"{given} {family}", number, address, *sorted(points[pk]), organisation, *more[pk]])
            ),
            rank=0 if state == Person.State.ACTIVE else 1,
        )
        for pk, given, family, number, address, organisation, state in rows
    ]


def _drop_blank(fields: Iterable[str | None]) -> Iterable[str]:
    """Return the fields that have a value, each once: an address may be a contact point, too."""
    return dict.fromkeys(field for field in fields if field)


def join_phone_number(text: str) -> str:
    """Return a phone number that is typed in groups, "910 00 12 34", as one word; any other text unchanged."""
    return "".join(re.findall(r"[+\d]", text)) if _GROUPED_NUMBER.fullmatch(text.strip()) else text


def _write_phone(value: str, *, e164: str) -> list[str]:
    """Return a phone number as one word, so that it is found however its digits are grouped.

    It is E.164, "+34910000000", and as given where that is not part of it: "0612345678" of +33612345678.
    """
    given = "".join(sign for sign in value if sign.isdigit() or sign == "+")
    return [e164] if given in e164 else [e164, given]
