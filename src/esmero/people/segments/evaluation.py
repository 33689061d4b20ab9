"""Evaluate a tree for one person in plain Python, without a database; tree.py defines the semantics.

The facts of few persons are read in bulk (dossier/segments/person_facts.py); many persons are selected by SQL.
"""

import operator
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

from esmero.people.relationship.stages import RoleFact, derive_stage
from esmero.people.segments.date_ranges import anniversary_days, bound_field, bound_span
from esmero.people.segments.tree import (
    BelongsTo,
    Compare,
    Did,
    FromImport,
    Group,
    HasRole,
    HasStage,
    HasTag,
    InSegment,
    Leaf,
    OnList,
    PermissionIs,
    WantsTopic,
    read_json,
)
from esmero.people.segments.values import KnownNames


def _fold_table() -> dict[str, str]:
    """Map each accented Latin letter (U+00C0 to U+017F) to its lower-case base letter, and A to Z to a to z."""
    table = {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    for code in range(0xC0, 0x180):
        base = unicodedata.normalize("NFKD", chr(code))
        letters = [letter for letter in base if not unicodedata.combining(letter)]
        if len(letters) == 1 and letters[0].isascii():
            table[chr(code)] = letters[0].lower()
    return table


FOLD = _fold_table()
_TRANSLATION = str.maketrans(FOLD)
_TYPES: Mapping[str, tuple[type, ...]] = {"integer": (int, float), "decimal": (int, float), "boolean": (bool,)}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, wanted: value in wanted,
    "between": lambda value, wanted: wanted[0] <= value <= wanted[1],
    "contains": lambda value, wanted: fold_latin(wanted) in fold_latin(value),
    "starts": lambda value, wanted: fold_latin(value).startswith(fold_latin(wanted)),
}
SMALL = frozenset({"address", "domain"})  # stored in lower case


def fold_latin(text: str) -> str:
    """Return the text in lower case without the accents of Latin letters, letter by letter."""
    return text.translate(_TRANSLATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPermission:
    """Hold the state of one permission ("brand/topic"), its legal basis, and the ISO day of its latest entry."""

    topic: str
    channel: str
    state: str
    basis: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFact:
    """Hold one act (tree.Act) on the message `key` or, for "left" without dispatch, the entry `key` of the ledger."""

    act: str
    key: int
    day: str
    brand: str
    topic: str = ""
    dispatch: int = 0
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """Hold what conditions may ask of one person.

    `fields` are standard and custom, `wishes` by "brand/topic", `memberships` pairs of an organisation's name and the
    position in it.
    """

    fields: Mapping[str, Any]
    tags: frozenset[str] = frozenset()
    permissions: Sequence[HeldPermission] = ()
    wishes: Mapping[str, bool] = field(default_factory=dict)
    roles: Sequence[RoleFact] = ()
    organisation_roles: Sequence[RoleFact] = ()
    memberships: Sequence[tuple[str, str]] = ()
    imports: frozenset[int] = frozenset()
    acts: Sequence[ActFact] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeReading:
    """Hold the day, the known fields and the saved segments against which trees are evaluated."""

    today: date
    known: KnownNames
    named: Mapping[str, Any]

    def holds(self, conditions: Any, person: SegmentFacts) -> bool:
        """Return whether a tree holds for a person; segments that it names exist and have no cycle."""
        return self._holds(read_json(conditions, known=self.known), person)

    def _holds(self, node: Group | Leaf, person: SegmentFacts) -> bool:
        if not isinstance(node, Group):
            return self._leaf(node, person) is not node.negated
        found = (self._holds(part, person) for part in node.parts)
        return all(found) if node.kind == "all" else any(found) is (node.kind == "any")

    def _leaf(self, node: Leaf, person: SegmentFacts) -> bool:
        match node:
            case Compare():
                return self._compare(node, person)
            case HasTag():
                return node.name in person.tags
            case HasRole() | HasStage() | BelongsTo():
                return self._stands(node, person)
            case PermissionIs():
                return self._allows(node, person)
            case WantsTopic():
                return person.wishes.get(node.topic) is node.wanted
            case InSegment():
                return self.holds(self.named[node.name], person)
            case Did():
                return self._did(node, person)
            case FromImport():
                return node.number in person.imports
            case OnList():
                numbers = [one for one in node.values if "@" not in one]
                mails = [one.lower() for one in node.values if "@" in one]
                return person.fields.get("number") in numbers or person.fields.get("address") in mails
        assert_never(node)

    def _stands(self, node: HasRole | HasStage | BelongsTo, person: SegmentFacts) -> bool:
        match node:
            case HasRole():
                roles = person.roles if node.holder == "person" else person.organisation_roles
                return any(role.kind == node.role and role.is_held(self.today) for role in _towards(roles, node.brand))
            case HasStage():
                return derive_stage(_towards(person.roles, node.brand), today=self.today) == node.stage
            case BelongsTo():
                wanted = node.position
                return any(name == node.name and wanted in ("", position) for name, position in person.memberships)
        assert_never(node)

    def _allows(self, node: PermissionIs, person: SegmentFacts) -> bool:
        said = [one for one in person.permissions if (one.topic, one.channel) == (node.topic, node.channel)]
        if node.state == "none":
            return not said
        days = bound_span(node.when, today=self.today)
        return any(one.state == node.state and node.basis in ("", one.basis) and one.day in days for one in said)

    def _compare(self, node: Compare, person: SegmentFacts) -> bool:
        kind = self.known.kinds[node.field]
        value: Any = person.fields.get(node.field)
        right = _TYPES.get(kind, (str,))
        if value == "" or not isinstance(value, right) or (isinstance(value, bool) and right != (bool,)):
            return False
        if node.comparison == "known":
            return True
        if node.comparison == "anniversary":
            assert isinstance(node.value, int)
            return str(value)[5:10] in anniversary_days(node.value, today=self.today)
        if kind == "date":
            return str(value) in bound_field(node, today=self.today)
        wanted: Any = node.value
        if node.field in SMALL:
            wanted = tuple(one.lower() for one in wanted) if isinstance(wanted, tuple) else wanted.lower()
        return _ORDER[node.comparison](value, wanted)

    def _did(self, node: Did, person: SegmentFacts) -> bool:
        days = bound_span(node.when, today=self.today)
        brand, topic, dispatch = node.scope("brand"), node.scope("topic"), node.scope("dispatch")
        found = {
            act.key
            for act in person.acts
            if act.act == node.act
            and act.day in days
            and (act.dispatch == int(dispatch) if dispatch else node.act != "left" or not act.dispatch)
            and brand in ("", act.brand)
            and topic in ("", act.topic)
            and node.link in ("", act.link)
        }
        return len(found) >= node.times


def _towards(roles: Sequence[RoleFact], brand: str) -> list[RoleFact]:
    """Return the roles that count for a brand: all for "", else its own and those towards the whole house."""
    return [role for role in roles if not brand or role.brand in ("", brand)]
