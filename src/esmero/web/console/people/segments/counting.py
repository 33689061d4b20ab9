"""Count each group and condition of a tree, reuse earlier counts, and find example people."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from esmero.dossier.segments.estimates import Estimate, count_or_estimate, is_large, sample_persons
from esmero.dossier.segments.mentions import resolve_references
from esmero.dossier.segments.selection import find_matching, select_persons
from esmero.dossier.segments.sql import SegmentContext
from esmero.people.models import Person
from esmero.web.console.people.segments.choices import SegmentChoices
from esmero.web.console.people.segments.conditions import ConditionError, write_row, write_tree
from esmero.web.console.people.segments.sentence import describe_row
from esmero.web.console.people.segments.tree import ConditionGroup, ConditionRow, rows_of, walk

SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCount:
    """Hold the count of one node; None means not counted yet, `open` that there is nothing to count."""

    uid: str
    digest: str
    number: Estimate | None
    open: bool

    @property
    def people(self) -> int | None:
        """Return the number of people that the node selects, as precise as `number.kind` says."""
        return self.number.people if self.number else None


def list_conditions(root: ConditionGroup, *, offer: SegmentChoices) -> dict[str, dict[str, Any] | None]:
    """Return the conditions of the root and each node by name; None for an unfinished or wrong row."""
    found: dict[str, dict[str, Any] | None] = {root.uid: write_tree(root, offer=offer, strict=False)}
    for node, _above in walk(root):
        if isinstance(node, ConditionGroup):
            found[node.uid] = write_tree(node, offer=offer, strict=False) or None
        else:
            try:
                found[node.uid] = write_row(node, offer=offer)
            except ConditionError:
                found[node.uid] = None
    return found


def read_known(post: QueryDict) -> Mapping[str, Estimate]:
    """Return the counts that the page already has, by the digest of their conditions."""
    known = {}
    for said in post.getlist("counted")[:500]:
        match said.split(":"):
            case [digest, number] if number.isdecimal() and len(number) < 15:
                known[digest] = Estimate(int(number))
            case [digest, number, "about" | "under" as kind] if number.isdecimal() and len(number) < 15:
                known[digest] = Estimate(int(number), kind)
    return known


def show_known(
    conditions: Mapping[str, dict[str, Any] | None], *, known: Mapping[str, Estimate], named: Mapping[str, Any]
) -> dict[str, NodeCount]:
    """Return the known counts of a tree by node."""
    return {
        uid: NodeCount(
            uid=uid,
            digest=(digest := digest_of(said, named=named) if said is not None else ""),
            number=known.get(digest),
            open=said is None,
        )
        for uid, said in conditions.items()
    }


def count_missing(
    conditions: Mapping[str, dict[str, Any] | None], *, known: Mapping[str, Estimate], house: SegmentContext
) -> dict[str, NodeCount]:
    """Count in one query, or estimate (dossier/segments/estimates.py), all nodes not known exactly.

    Raises SegmentFault.
    """
    exact = {digest for digest, number in known.items() if number.kind == "exact"}
    said = {digest_of(one, named=house.named): one for one in conditions.values() if one is not None}
    missing = {digest: one for digest, one in said.items() if digest not in exact}
    found = {**known, **count_or_estimate(missing, guessed=known, context=house)}
    return show_known(conditions, known=found, named=house.named)


def digest_of(said: Mapping[str, Any], *, named: Mapping[str, Any]) -> str:
    """Return a short digest of conditions.

    It changes with the day, because conditions hold relative days, and with the segments that they name.
    """
    text = json.dumps([said, timezone.localdate().isoformat(), resolve_references(said, named=named)], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedExample:
    """Hold one person that the tree selects, and the conditions that apply."""

    person: Person
    why: Sequence[str]


def find_examples(root: ConditionGroup, *, offer: SegmentChoices, house: SegmentContext) -> list[SelectedExample]:
    """Return the first people that the tree selects, each with the conditions that match; two queries."""
    conditions = write_tree(root, offer=offer, strict=False)
    if is_large():
        # Search the sample only: the first ten matches of a rare condition could need a scan of a million rows.
        house = replace(house, per_person=True, compiled={})
        rows = select_persons(conditions, context=house).filter(pk__in=sample_persons().values("pk"))
    else:
        rows = select_persons(conditions, context=house)
    people = list(rows.select_related("address")[:SHOWN])
    wanted = _wanted(root, offer=offer)
    parts = {row.uid: write_row(row, offer=offer) for row in wanted}
    held = find_matching(people, parts=parts, context=house) if parts else {}
    words = {row.uid: describe_row(row, offer=offer) for row in wanted}
    return [SelectedExample(person=one, why=[words[uid] for uid in held.get(one.pk, ())][:4]) for one in people]


def _wanted(root: ConditionGroup, *, offer: SegmentChoices) -> list[ConditionRow]:
    """Return the finished rows outside of “none” groups."""
    refused = {
        row.uid
        for node, _above in [(root, root), *walk(root)]
        if isinstance(node, ConditionGroup) and node.match == "none"
        for row in rows_of(node)
    }
    rows = [row for row in rows_of(root) if row.uid not in refused]
    return [row for row in rows if describe_row(row, offer=offer)][:30]
