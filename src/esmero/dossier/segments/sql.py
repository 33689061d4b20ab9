"""Compile a condition tree into one filter on Person; people/segments/conditions.py defines the semantics.

Each leaf uses three-valued logic. "All" and "any" propagate unknown, and an unknown result does not select. Only "not"
has to decide, and there unknown counts as false (`IS NOT TRUE`), so that every tree divides the persons in two.
Constant conditions are folded before any SQL is generated. Membership is EXISTS on PostgreSQL, IN on SQLite.
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

from esmero.dossier.segments.behaviour import find_actors
from esmero.dossier.segments.date_ranges import anniversary_days, bound_field, bound_span, range_lookups
from esmero.dossier.segments.expressions import CustomFieldValue, Folded, IsNotTrue, fold_latin
from esmero.people.models import ImportLine, Permission, Person, Preference
from esmero.people.segments.conditions import (
    MOST_DEPTH,
    All,
    AnyOf,
    Compare,
    Did,
    FromImport,
    HasTag,
    InSegment,
    Kind,
    Node,
    Not,
    OnList,
    PermissionIs,
    SegmentCycle,
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
_SMALL = frozenset({"address", "domain"})  # stored in lower case
_ORDER: Mapping[str, Callable[..., Any]] = {
    "<": LessThan,
    "<=": LessThanOrEqual,
    ">": GreaterThan,
    ">=": GreaterThanOrEqual,
}


@dataclass(slots=True)
class SegmentContext:
    """Hold the custom fields, the saved segments by name, and today's date, against which trees are compiled.

    `per_person`: the condition will be evaluated for few persons, by a lookup for each instead of scans of whole
    tables.
    """

    custom: Mapping[str, Kind]
    named: Mapping[str, Any]
    today: date
    compiled: dict[str, Condition] = field(default_factory=dict)
    per_person: bool = False


def compile_node(node: Node, *, context: SegmentContext, path: tuple[str, ...] = ()) -> Condition:  # noqa: C901 - kinds
    """Return the filter of a tree, or True or False if it is constant.

    Raises:
        SegmentFault: a segment is missing, or segments refer to each other in a cycle (SegmentCycle has the path).

    """
    match node:
        case All(parts):
            return _all_of([compile_node(part, context=context, path=path) for part in parts])
        case AnyOf(parts):
            return _any_of([compile_node(part, context=context, path=path) for part in parts])
        case Not(part):
            inner = compile_node(part, context=context, path=path)
            return not inner if isinstance(inner, bool) else Q(IsNotTrue(inner))
        case Compare():
            return _compare(node, context=context)
        case HasTag(name):
            return person_in(
                Person.tags.through.objects.filter(tag__name=name), "person", per_person=context.per_person
            )
        case PermissionIs():
            return _permission(node, context=context)
        case WantsTopic(topic, wanted):
            brand, code = topic.split("/")
            preferences = Preference.objects.filter(topic__brand__slug=brand, topic__code=code, wanted=wanted)
            return person_in(preferences, "person", per_person=context.per_person)
        case InSegment(name):
            return _segment(name, context=context, path=path)
        case Did():
            rows, person = find_actors(node, today=context.today, per_person=context.per_person)
            # A GROUP BY inside EXISTS would run for every person; IN evaluates it once.
            often = node.times > 1 and not context.per_person
            return Q(pk__in=rows.values(person)) if often else person_in(rows, person, per_person=context.per_person)
        case FromImport(number):
            lines = ImportLine.objects.filter(of=number, person__isnull=False)
            return person_in(lines.exclude(verdict=ImportLine.Verdict.REFUSED), "person", per_person=context.per_person)
        case OnList(values):
            return _any_of(
                [
                    Q(IsOneOf(F("number"), numbers))
                    if (numbers := [one for one in values if "@" not in one])
                    else False,
                    Q(IsOneOf(F("address__value"), mails))
                    if (mails := [one.lower() for one in values if "@" in one])
                    else False,
                ]
            )


def person_in(rows: QuerySet[Any], person: str, *, per_person: bool = False) -> Q:
    """Return the condition that a person occurs in the column of some row; `per_person` forces EXISTS."""
    if per_person or connection.vendor == "postgresql":
        return Q(Exists(rows.filter(**{person: OuterRef("pk")})))
    return Q(pk__in=rows.values(person))


def _all_of(parts: list[Condition]) -> Condition:
    if any(part is False for part in parts):
        return False
    joined = Q()
    for part in parts:
        if not isinstance(part, bool):
            joined &= part
    return joined or True


def _any_of(parts: list[Condition]) -> Condition:
    if any(part is True for part in parts):
        return True
    joined = Q()
    for part in parts:
        if not isinstance(part, bool):
            joined |= part
    return joined or False


def _segment(name: str, *, context: SegmentContext, path: tuple[str, ...]) -> Condition:
    if name in path:
        raise SegmentCycle((*path[path.index(name) :], name))
    if name not in context.named:
        raise SegmentFault(_("There is no segment “%(name)s”.") % {"name": name})
    if len(path) >= MOST_DEPTH:
        raise SegmentFault(
            _("Segments name each other more than %(most)s deep: %(list)s.")
            % {"most": MOST_DEPTH, "list": " → ".join(path)}
        )
    if name not in context.compiled:
        node = read_json(context.named[name], custom=context.custom)
        context.compiled[name] = compile_node(node, context=context, path=(*path, name))
    return context.compiled[name]


def _compare(node: Compare, *, context: SegmentContext) -> Condition:
    if node.comparison == "unknown":
        return Q(IsNotTrue(_known(node)))
    if node.comparison == "known":
        return _known(node)
    if node.comparison == "!=":
        same = _compare(Compare(node.field, "=", node.value, node.kind, node.custom), context=context)
        return not same if isinstance(same, bool) else Q(IsNotTrue(same))
    if node.kind == "date":
        return _day(node, today=context.today)
    return _value(node)


def _value(node: Compare) -> Condition:
    value: Any = node.value
    if node.field in _SMALL:
        value = tuple(one.lower() for one in value) if isinstance(value, tuple) else value.lower()
    if value == "":
        return False  # an empty text is unknown: nothing equals or contains it
    left: Any = CustomFieldValue(node.field, node.kind) if node.custom else F(_COLUMN.get(node.field, node.field))
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
            return Q(Exact(left, value)) if node.custom else Q(**{_COLUMN.get(node.field, node.field): value})
    return Q(_ORDER[node.comparison](left, value))


def _day(node: Compare, *, today: date) -> Condition:
    if node.comparison == "anniversary":
        assert isinstance(node.value, int)
        near = anniversary_days(node.value, today=today)
        if node.custom:
            return Q(In(Substr(CustomFieldValue(node.field, node.kind), 6, 5), near))
        month_and_day = ExtractMonth("created_at") * 100 + ExtractDay("created_at")
        return Q(In(month_and_day, [int(one.replace("-", "")) for one in near]))
    bounds = bound_field(node, today=today)
    if not node.custom:
        return Q(**range_lookups(bounds, name="created_at"))
    value = CustomFieldValue(node.field, node.kind)
    parts = Q()
    if bounds.first is not None:
        parts &= Q(GreaterThanOrEqual(value, bounds.first.isoformat()))
    if bounds.last is not None:
        parts &= Q(LessThanOrEqual(value, bounds.last.isoformat()))
    return parts


def _known(node: Compare) -> Q:
    if node.custom:
        return Q(IsNull(CustomFieldValue(node.field, node.kind), False))
    column = _COLUMN.get(node.field, node.field)
    there = Q(**{f"{column}__isnull": False})
    return there if node.kind == "date" else there & ~Q(**{column: ""})


def _permission(node: PermissionIs, *, context: SegmentContext) -> Condition:
    brand, code = node.topic.split("/")
    permissions = Permission.objects.filter(brand__slug=brand, topic__code=code, channel=node.channel)
    if node.state == "none":
        return Q(IsNotTrue(person_in(permissions, "person", per_person=context.per_person)))
    permissions = permissions.filter(
        state=node.state, **range_lookups(bound_span(node.span, today=context.today), name="entry__at")
    )
    return person_in(
        permissions.filter(basis=node.basis) if node.basis else permissions, "person", per_person=context.per_person
    )
