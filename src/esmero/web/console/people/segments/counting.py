"""Count each group and condition of a tree, reuse earlier counts, and find example people."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from esmero.dossier.segments.estimates import Estimate, count_or_estimate, is_large, sample_persons
from esmero.dossier.segments.person_facts import read_facts
from esmero.dossier.segments.selection import select_persons
from esmero.dossier.segments.sql import SegmentContext
from esmero.people.models import Person
from esmero.people.segments.evaluation import TreeReading
from esmero.people.segments.mentions import resolve_references
from esmero.people.segments.tree import Group, Leaf, write_json
from esmero.web.console.people.segments.choices import SegmentChoices
from esmero.web.console.people.segments.conditions import write_root, write_tree
from esmero.web.console.people.segments.sentence import describe_leaf
from esmero.web.console.people.segments.tree import ConditionGroup, ConditionRow, walk

SHOWN = 10
type Counted = Mapping[str, Group | Leaf | None]


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

    @property
    def known(self) -> str:
        """Return what the page sends back, so that the same conditions are not counted again."""
        if self.number is None:
            return ""
        known = f"{self.digest}:{self.number.people}"
        return known if self.number.kind == "exact" else f"{known}:{self.number.kind}"


def list_conditions(root: ConditionGroup) -> Counted:
    """Return the trees of the root and of each node by name; None for an unfinished or wrong row."""
    inner = {node.uid: node.leaf if isinstance(node, ConditionRow) else write_tree(node) for node, _above in walk(root)}
    return {root.uid: write_root(root), **inner}


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


def show_known(conditions: Counted, *, known: Mapping[str, Estimate], named: Mapping[str, Any]) -> dict[str, NodeCount]:
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


def count_missing(conditions: Counted, *, known: Mapping[str, Estimate], house: SegmentContext) -> dict[str, NodeCount]:
    """Count in one query, or estimate (dossier/segments/estimates.py), all nodes not known exactly.

    Raises SegmentFault.
    """
    exact = {digest for digest, number in known.items() if number.kind == "exact"}
    said = {digest_of(one, named=house.named): one for one in conditions.values() if one is not None}
    missing = {digest: one for digest, one in said.items() if digest not in exact}
    found = {**known, **count_or_estimate(missing, guessed=known, context=house)}
    return show_known(conditions, known=found, named=house.named)


def digest_of(said: Group | Leaf, *, named: Mapping[str, Any]) -> str:
    """Return a short digest of conditions.

    It changes with the day, because conditions hold relative days, and with the segments that they name.
    """
    facts = [write_json(said), timezone.localdate().isoformat(), resolve_references(said, named=named)]
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=9).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedExample:
    """Hold one person that the tree selects, and the conditions that apply."""

    person: Person
    why: Sequence[str]


def find_examples(root: ConditionGroup, *, offer: SegmentChoices, house: SegmentContext) -> list[SelectedExample]:
    """Return the first people that the tree selects, each with the conditions outside of “none” that hold for them."""
    # Search only the sample of a large installation: ten matches of a rare condition could need a scan of all rows.
    near = replace(house, per_person=True, compiled={}) if is_large() else house
    rows = select_persons(write_root(root), context=near)
    rows = rows.filter(pk__in=sample_persons().values("pk")) if is_large() else rows
    people = list(rows.select_related("address")[:SHOWN])
    wanted = _wanted(root)[:30]
    words = [describe_leaf(leaf, offer=offer) for leaf in wanted]
    facts = read_facts(people)
    reading = TreeReading(today=house.today, known=house.known, named=house.named)

    def explain(person: Person) -> list[str]:
        return [words[place] for place, leaf in enumerate(wanted) if reading.holds(leaf, facts[person.pk])][:4]

    return [SelectedExample(person=one, why=explain(one)) for one in people]


def _wanted(group: ConditionGroup) -> list[Leaf]:
    """Return the finished conditions outside of “none” groups."""
    if group.match == "none":
        return []
    rows = [_wanted(node) if isinstance(node, ConditionGroup) else [node.leaf] for node in group.nodes]
    return [leaf for inner in rows for leaf in inner if leaf is not None]
