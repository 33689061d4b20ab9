"""The numbers beside a tree: each group's and each condition's own, what they were when last counted, and examples."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from esmero.dossier.compiling import House
from esmero.dossier.segments import count_each, select_persons, tell_which
from esmero.people.models import Person
from esmero.web.console.people.conditions import WrongError, write_row, write_tree
from esmero.web.console.people.offer import Offer
from esmero.web.console.people.sentence import say_row
from esmero.web.console.people.tree import Group, Row, rows_of, walk

SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """How many people one node of the tree selects; None is not counted yet, and `open` that there is nothing to count."""

    uid: str
    digest: str
    people: int | None
    open: bool


def list_conditions(root: Group, *, offer: Offer) -> dict[str, dict[str, Any] | None]:
    """Return the conditions of the root and of each node by its name; None for a row that is unfinished or wrong."""
    found: dict[str, dict[str, Any] | None] = {root.uid: write_tree(root, offer=offer, strict=False)}
    for node, _above in walk(root):
        if isinstance(node, Group):
            found[node.uid] = write_tree(node, offer=offer, strict=False) or None
        else:
            try:
                found[node.uid] = write_row(node, offer=offer)
            except WrongError:
                found[node.uid] = None
    return found


def read_known(post: QueryDict) -> Mapping[str, int]:
    """Return the numbers that the page has already, by the digest of what was counted."""
    known = {}
    for said in post.getlist("counted")[:500]:
        digest, _colon, number = said.partition(":")
        if number.isdecimal() and len(number) < 15:
            known[digest] = int(number)
    return known


def show_known(conditions: Mapping[str, dict[str, Any] | None], *, known: Mapping[str, int]) -> dict[str, Number]:
    """Return the numbers of a tree as far as they are known."""
    return {
        uid: Number(
            uid=uid,
            digest=(digest := digest_of(said) if said is not None else ""),
            people=known.get(digest),
            open=said is None,
        )
        for uid, said in conditions.items()
    }


def count_missing(
    conditions: Mapping[str, dict[str, Any] | None], *, known: Mapping[str, int], house: House
) -> dict[str, Number]:
    """Count what is not known, all in one query; raises SegmentFault."""
    missing = {
        digest_of(said): said for said in conditions.values() if said is not None and digest_of(said) not in known
    }
    counted = count_each(missing, house=house) if missing else {}
    return show_known(conditions, known={**known, **counted})


def digest_of(said: Mapping[str, Any]) -> str:
    """Return a short name of conditions; it changes with the day, as relative days do."""
    text = json.dumps([said, timezone.localdate().isoformat()], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One person whom the tree selects, and the conditions that are why."""

    person: Person
    why: Sequence[str]


def find_examples(root: Group, *, offer: Offer, house: House) -> list[Example]:
    """Return the first people whom the tree selects, each with what it has that the tree asks for; two queries."""
    conditions = write_tree(root, offer=offer, strict=False)
    people = list(select_persons(conditions, house=house).select_related("address")[:SHOWN])
    wanted = _wanted(root, offer=offer)
    parts = {row.uid: write_row(row, offer=offer) for row in wanted}
    held = tell_which(people, parts=parts, house=house) if parts else {}
    words = {row.uid: say_row(row, offer=offer) for row in wanted}
    return [Example(person=one, why=[words[uid] for uid in held.get(one.pk, ())][:4]) for one in people]


def _wanted(root: Group, *, offer: Offer) -> list[Row]:
    """Return the finished rows outside of “none” groups."""
    refused = {
        row.uid
        for node, _above in [(root, root), *walk(root)]
        if isinstance(node, Group) and node.match == "none"
        for row in rows_of(node)
    }
    rows = [row for row in rows_of(root) if row.uid not in refused]
    return [row for row in rows if say_row(row, offer=offer)][:30]
