"""A tree of conditions made into one condition on persons; its meaning stands in people/segments/conditions.py.

Each leaf may be unknown. “All” and “any” pass that on, and a condition that stays unknown does not select; only “not”
must decide, and there unknown counts as false (`IS NOT TRUE`), so that every tree divides the people in two. What
always or never holds is folded away before any SQL is written. Membership is EXISTS on PostgreSQL, IN on SQLite.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth, Substr
from django.db.models.lookups import (
    Contains,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    StartsWith,
)
from django.utils.translation import gettext as _

from esmero.dossier.segments.behaviour import find_doers
from esmero.dossier.segments.date_ranges import bound_field, bound_span, moments, near_days
from esmero.dossier.segments.expressions import Folded, OwnValue, Untrue, fold_latin
from esmero.people.models import ImportLine, Permission, Person, Preference
from esmero.people.segments.conditions import (
    DEEPEST,
    All,
    AnyOf,
    CameWith,
    CircleFault,
    Compare,
    Did,
    HasTag,
    InSegment,
    Kind,
    Node,
    Not,
    OnList,
    PermissionIs,
    SegmentFault,
    WantsTopic,
)
from esmero.people.segments.serialization import read_json
from esmero.work.query_plan.selective import IsOneOf

type Condition = Q | bool

_COLUMN = {
    "organisation": "organisation__name",
    "address": "address__value",
    "domain": "address__domain",
    "standing": "address__standing",
    "added": "created_at",
}
_SMALL = frozenset({"address", "domain"})  # stored in small letters
_ORDER: Mapping[str, Callable[..., Any]] = {
    "<": LessThan,
    "<=": LessThanOrEqual,
    ">": GreaterThan,
    ">=": GreaterThanOrEqual,
}


@dataclass(slots=True)
class SegmentContext:
    """What a tree is compiled against: the declared fields, the saved segments by name, and the day it is.

    `few`: it will be asked of few people, so each is looked up by themselves, and no table is read for all.
    """

    own: Mapping[str, Kind]
    named: Mapping[str, Any]
    today: date
    compiled: dict[str, Condition] = field(default_factory=dict)
    few: bool = False


def compile_node(node: Node, *, house: SegmentContext, way: tuple[str, ...] = ()) -> Condition:  # noqa: C901 - a line a kind
    """Return the condition of a tree, or True or False where it holds for everybody or for nobody.

    Raises:
        SegmentFault: a segment is not there, or segments name each other in a circle (the fault tells its path).

    """
    match node:
        case All(parts):
            return _together([compile_node(part, house=house, way=way) for part in parts])
        case AnyOf(parts):
            return _either([compile_node(part, house=house, way=way) for part in parts])
        case Not(part):
            inner = compile_node(part, house=house, way=way)
            return not inner if isinstance(inner, bool) else Q(Untrue(inner))
        case Compare():
            return _compare(node, house=house)
        case HasTag(name):
            return among(Person.tags.through.objects.filter(tag__name=name), "person", few=house.few)
        case PermissionIs():
            return _permission(node, house=house)
        case WantsTopic(topic, wanted):
            brand, code = topic.split("/")
            wishes = Preference.objects.filter(topic__brand__slug=brand, topic__code=code, wanted=wanted)
            return among(wishes, "person", few=house.few)
        case InSegment(name):
            return _segment(name, house=house, way=way)
        case Did():
            rows, person = find_doers(node, today=house.today, few=house.few)
            often = node.times > 1 and not house.few
            return Q(pk__in=rows.values(person)) if often else among(rows, person, few=house.few)
        case CameWith(number):
            lines = ImportLine.objects.filter(of=number, person__isnull=False)
            return among(lines.exclude(verdict=ImportLine.Verdict.REFUSED), "person", few=house.few)
        case OnList(values):
            return _either(
                [
                    Q(IsOneOf(F("number"), numbers))
                    if (numbers := [one for one in values if "@" not in one])
                    else False,
                    Q(IsOneOf(F("address__value"), mails))
                    if (mails := [one.lower() for one in values if "@" in one])
                    else False,
                ]
            )


def among(rows: QuerySet[Any], person: str, *, few: bool = False) -> Q:
    """Return the condition that a person stands in some row's column; `few`: it is asked of few people."""
    if few or connection.vendor == "postgresql":
        return Q(Exists(rows.filter(**{person: OuterRef("pk")})))
    return Q(pk__in=rows.values(person))


def _together(parts: list[Condition]) -> Condition:
    if any(part is False for part in parts):
        return False
    joined = Q()
    for part in parts:
        if not isinstance(part, bool):
            joined &= part
    return joined or True


def _either(parts: list[Condition]) -> Condition:
    if any(part is True for part in parts):
        return True
    joined = Q()
    for part in parts:
        if not isinstance(part, bool):
            joined |= part
    return joined or False


def _segment(name: str, *, house: SegmentContext, way: tuple[str, ...]) -> Condition:
    if name in way:
        raise CircleFault((*way[way.index(name) :], name))
    if name not in house.named:
        raise SegmentFault(_("There is no segment “%(name)s”.") % {"name": name})
    if len(way) >= DEEPEST:
        raise SegmentFault(
            _("Segments name each other more than %(most)s deep: %(list)s.")
            % {"most": DEEPEST, "list": " → ".join(way)}
        )
    if name not in house.compiled:
        node = read_json(house.named[name], own=house.own)
        house.compiled[name] = compile_node(node, house=house, way=(*way, name))
    return house.compiled[name]


def _compare(node: Compare, *, house: SegmentContext) -> Condition:
    if node.comparison == "unknown":
        return Q(Untrue(_known(node)))
    if node.comparison == "known":
        return _known(node)
    if node.comparison == "!=":
        same = _compare(Compare(node.field, "=", node.value, node.kind, node.own), house=house)
        return not same if isinstance(same, bool) else Q(Untrue(same))
    if node.kind == "date":
        return _day(node, today=house.today)
    return _value(node)


def _value(node: Compare) -> Condition:
    value: Any = node.value
    if node.field in _SMALL:
        value = tuple(one.lower() for one in value) if isinstance(value, tuple) else value.lower()
    if value == "":
        return False  # an empty text is not known, so nothing is equal to it, and nothing contains it
    left: Any = OwnValue(node.field, node.kind) if node.own else F(_COLUMN.get(node.field, node.field))
    match node.comparison:
        case "in":
            wanted = [one for one in value if one != ""]
            if not wanted:
                return False
            return Q(IsOneOf(left, wanted)) if isinstance(wanted[0], str) else Q(In(left, wanted))
        case "contains":
            return Q(Contains(Folded(left), fold_latin(value)))
        case "starts":
            return Q(StartsWith(Folded(left), fold_latin(value)))
        case "between":
            return Q(GreaterThanOrEqual(left, value[0])) & Q(LessThanOrEqual(left, value[1]))
        case "=":
            return Q(Exact(left, value)) if node.own else Q(**{_COLUMN.get(node.field, node.field): value})
    return Q(_ORDER[node.comparison](left, value))


def _day(node: Compare, *, today: date) -> Condition:
    if node.comparison == "anniversary":
        assert isinstance(node.value, int)
        near = near_days(node.value, today=today)
        if node.own:
            return Q(In(Substr(OwnValue(node.field, node.kind), 6, 5), near))
        month_and_day = ExtractMonth("created_at") * 100 + ExtractDay("created_at")
        return Q(In(month_and_day, [int(one.replace("-", "")) for one in near]))
    bounds = bound_field(node, today=today)
    if not node.own:
        return Q(**moments(bounds, name="created_at"))
    value = OwnValue(node.field, node.kind)
    parts = Q()
    if bounds.first is not None:
        parts &= Q(GreaterThanOrEqual(value, bounds.first.isoformat()))
    if bounds.last is not None:
        parts &= Q(LessThanOrEqual(value, bounds.last.isoformat()))
    return parts


def _known(node: Compare) -> Q:
    if node.own:
        return Q(IsNull(OwnValue(node.field, node.kind), False))
    column = _COLUMN.get(node.field, node.field)
    there = Q(**{f"{column}__isnull": False})
    return there if node.kind == "date" else there & ~Q(**{column: ""})


def _permission(node: PermissionIs, *, house: SegmentContext) -> Condition:
    brand, code = node.topic.split("/")
    words = Permission.objects.filter(brand__slug=brand, topic__code=code, channel=node.channel)
    if node.state == "none":
        return Q(Untrue(among(words, "person", few=house.few)))
    words = words.filter(state=node.state, **moments(bound_span(node.span, today=house.today), name="entry__at"))
    return among(words.filter(basis=node.basis) if node.basis else words, "person", few=house.few)
