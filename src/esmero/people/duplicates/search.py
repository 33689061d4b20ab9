"""Find persons who may be duplicates, in a job that reads three indexes some thousands of rows at a time.

Only neighbours in an index are compared: persons who share an address, an organisation or the first two words of the
folded name. A decision about a pair stays; an open pair that is no longer similar is deleted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations, groupby
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.duplicates.similarity import ENOUGH, PersonTraits, compare
from esmero.people.models import ContactPoint, Duplicate, Person
from esmero.text_folding import fold
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

FIND = "find-duplicates"
CHUNK = 5000
# In a larger group (the number of a switchboard) only persons with the same name are compared.
MOST_IN_GROUP = 200
# Domains of mail providers are no evidence; neither is a domain that _SHARED_DOMAIN_FROM persons of a chunk share.
_PUBLIC = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "hotmail.es",
        "hotmail.fr",
        "outlook.com",
        "outlook.es",
        "outlook.fr",
        "live.com",
        "yahoo.com",
        "yahoo.es",
        "yahoo.fr",
        "icloud.com",
        "me.com",
        "msn.com",
        "telefonica.net",
        "movistar.es",
        "orange.fr",
        "orange.es",
        "wanadoo.fr",
        "wanadoo.es",
        "free.fr",
        "sfr.fr",
        "laposte.net",
        "ono.com",
        "terra.es",
        "gmx.com",
        "gmx.es",
        "gmx.fr",
        "gmx.net",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "yandex.com",
        "mail.com",
    ]
)
_SHARED_DOMAIN_FROM = 50


class _Pass(NamedTuple):
    """Describe one pass in the order of `key` (an index); persons with the same `group` are compared."""

    name: str
    key: str
    narrow: Q


_PASSES = (
    _Pass("address", "address_id", Q(address__isnull=False)),
    _Pass("organisation", "organisation_id", Q(organisation__isnull=False)),
    _Pass("name", "folded", ~Q(folded="")),
)


def begin_search(*, by: User | str) -> Job:
    """Queue the search; return the waiting or running job if there is one."""
    with transaction.atomic():
        now = Job.objects.filter(kind=FIND, state__in=(Job.State.WAITING, Job.State.RUNNING)).first()
        if now is not None:
            return now
        job = enqueue(FIND, by=str(by))
        note("duplicates.search", by=by, subject=job)
    return job


def last_search() -> Job | None:
    """Return the latest search job in any state."""
    return Job.objects.filter(kind=FIND).order_by("-id").first()


def run_chunk(job: Job) -> bool:
    """Compare the next few thousand persons; return True after the last pass."""
    at, after = int(job.cursor.get("pass", 0)), job.cursor.get("after")
    if not job.cursor:
        job.total = len(_PASSES) * Person.objects.filter(Person.is_active()).count()
        job.cursor = {"pass": 0, "after": None, "began": timezone.now().isoformat()}
    step = _PASSES[at]
    rows = _read(step, after)
    whole = len(rows) < CHUNK
    used = rows if whole else _cut(rows, step)
    with transaction.atomic():
        _save_pairs(_find_pairs(used, step))
        people = (job.total or 0) // len(_PASSES)
        job.done = (at + 1) * people if whole else job.done + len(used)
        job.cursor |= {"after": None if whole else [getattr(used[-1], step.key), used[-1].pk], "pass": at + whole}
        ended = at + whole == len(_PASSES)
        if ended:
            # Pairs that were found again have a new time; older open ones are no longer similar.
            began = datetime.fromisoformat(job.cursor["began"])
            Duplicate.objects.filter(state=Duplicate.State.OPEN, found_at__lt=began).delete()
        save_progress(job)
    return ended


def mark_different(pair: Duplicate, *, by: User | str) -> bool:
    """Record that a pair are different persons; return False if it was decided otherwise meanwhile."""
    return _decide(pair, to=Duplicate.State.DIFFERENT, expected=Duplicate.State.OPEN, by=by)


def reopen_pair(pair: Duplicate, *, by: User | str) -> bool:
    """Undo the decision that a pair are different persons."""
    return _decide(pair, to=Duplicate.State.OPEN, expected=Duplicate.State.DIFFERENT, by=by)


def _decide(pair: Duplicate, *, to: str, expected: str, by: User | str) -> bool:
    decided = to != Duplicate.State.OPEN
    with transaction.atomic():
        moved = Duplicate.objects.filter(pk=pair.pk, state=expected).update(
            state=to, decided_by=str(by) if decided else "", decided_at=timezone.now() if decided else None
        )
        if moved:
            facts = {"first": pair.first_id, "second": pair.second_id}
            note(f"duplicate.{to}", by=by, subject=pair, facts=facts)
    return bool(moved)


def _read(step: _Pass, after: list[Any] | None) -> list[Person]:
    rows = Person.objects.filter(Person.is_active(), step.narrow)
    if after is not None:
        key, pk = after
        # Keyset pagination. The redundant `>=` is what lets SQLite start in the index.
        later = Q(**{f"{step.key}__gt": key}) | Q(**{step.key: key}, pk__gt=pk)
        rows = rows.filter(Q(**{f"{step.key}__gte": key}) & later)
    fields = ("given_name", "family_name", "folded", "address_id", "organisation_id", "tax_id", "address__domain")
    return list(rows.select_related("address").only(*fields).order_by(step.key, "id")[:CHUNK])


def _group(person: Person, step: _Pass) -> object:
    return " ".join(person.folded.split()[:2]) if step.key == "folded" else getattr(person, step.key)


def _cut(rows: list[Person], step: _Pass) -> list[Person]:
    """Leave the last group for the next chunk, unless it is the only one."""
    last = _group(rows[-1], step)
    end = len(rows)
    while end and _group(rows[end - 1], step) == last:
        end -= 1
    return rows[:end] or rows


def _find_pairs(rows: Sequence[Person], step: _Pass) -> Iterator[Duplicate]:
    groups = [list(members) for _key, members in groupby(rows, key=lambda person: _group(person, step))]
    together = [group for group in groups if len(group) > 1]
    known = _describe([person for group in together for person in group])
    for group in together:
        for some in _narrow([known[person.pk] for person in group]):
            for one, other in combinations(sorted(some, key=lambda each: each.id), 2):
                signs, weight = compare(one, other)
                if weight >= ENOUGH:
                    yield Duplicate(first_id=one.id, second_id=other.id, signs=signs, weight=weight)


def _narrow(group: list[PersonTraits]) -> Iterable[list[PersonTraits]]:
    if len(group) <= MOST_IN_GROUP:
        return [group]
    ordered = sorted(group, key=lambda one: (one.family, one.given, one.id))
    named = [list(members) for _key, members in groupby(ordered, key=lambda one: (one.family, one.given))]
    return [some[start : start + MOST_IN_GROUP] for some in named for start in range(0, len(some), MOST_IN_GROUP)]


def _describe(people: Sequence[Person]) -> dict[int, PersonTraits]:
    phones: dict[int, set[str]] = {}
    posts: dict[int, set[str]] = {}
    ids = [person.pk for person in people]
    for start in range(0, len(ids), 500):
        points = ContactPoint.objects.filter(person__in=ids[start : start + 500]).exclude(kind=ContactPoint.Kind.EMAIL)
        for pk, kind, facts in points.values_list("person_id", "kind", "facts"):
            if kind == ContactPoint.Kind.PHONE and facts.get("e164"):
                phones.setdefault(pk, set()).add(facts["e164"])
            elif kind == ContactPoint.Kind.POST and facts.get("postal_code"):
                posts.setdefault(pk, set()).add(fold(str(facts["postal_code"])))
    domains = Counter(person.address.domain for person in people if person.address)
    return {
        person.pk: PersonTraits(
            id=person.pk,
            given=fold(person.given_name),
            family=fold(person.family_name),
            address=person.address_id,
            organisation=person.organisation_id,
            tax_id=person.tax_id,
            domain=_own_domain(person, domains),
            phones=frozenset(phones.get(person.pk, ())),
            posts=frozenset(posts.get(person.pk, ())),
        )
        for person in people
    }


def _own_domain(person: Person, counted: Counter[str]) -> str:
    domain = person.address.domain if person.address else ""
    return "" if domain in _PUBLIC or counted[domain] > _SHARED_DOMAIN_FROM else domain


def _save_pairs(pairs: Iterable[Duplicate]) -> None:
    """Upsert the pairs; an existing pair keeps its decision and gets new signs, weight and time."""
    found = {(pair.first_id, pair.second_id): pair for pair in pairs}
    Duplicate.objects.bulk_create(
        found.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["signs", "weight", "found_at"],
    )
