"""Compile a condition tree into one filter on Person; people/segments/tree.py defines the semantics.

Each leaf uses three-valued logic. "All" and "any" propagate unknown, and an unknown result does not select. Only a
negation has to decide, and there unknown counts as false (`IS NOT TRUE`): every tree divides the persons in two.
Constant conditions are folded before any SQL is generated. Membership is EXISTS on PostgreSQL, IN on SQLite.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

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

from esmero.dossier.segments.behaviour import find_actors
from esmero.dossier.segments.expressions import CustomFieldValue, Folded, IsNotTrue
from esmero.people.models import Membership, Organisation, PartyRole, Permission, Person, PersonLine, Preference
from esmero.people.relationship.stage_sql import stage_expression
from esmero.people.segments.date_ranges import anniversary_days, bound_field, bound_span, range_lookups
from esmero.people.segments.evaluation import SMALL, fold_latin
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
from esmero.people.segments.values import KnownNames, SegmentCycle, SegmentFault
from esmero.people.segments.vocabulary import MOST_DEPTH, STANDARD_FIELDS, Kind
from esmero.work.query_plan.selective import IsOneOf

type Condition = Q | bool

_COLUMN = {
    "organisation": "organisation__name",
    "address": "address__value",
    "domain": "address__domain",
    "standing": "address__standing",
    "added": "created_at",
}
_ORDER: Mapping[str, Callable[..., Any]] = {
    "<": LessThan,
    "<=": LessThanOrEqual,
    ">": GreaterThan,
    ">=": GreaterThanOrEqual,
}


@dataclass(slots=True)
class SegmentContext:
    """Hold the known fields, the saved segments by name, and today's date, against which trees are compiled.

    `per_person`: the condition will be evaluated for few persons, by a lookup for each instead of scans of whole
    tables.
    """

    known: KnownNames
    named: Mapping[str, Any]
    today: date
    compiled: dict[str, Condition] = field(default_factory=dict)
    per_person: bool = False


def compile_node(node: Group | Leaf, *, context: SegmentContext, path: tuple[str, ...] = ()) -> Condition:
    """Return the filter of a tree, or True or False if it is constant; `path` are the segments that contain it.

    Raises:
        SegmentFault: a segment is missing, or segments refer to each other in a cycle (SegmentCycle).

    """
    if not isinstance(node, Group):
        found = _leaf(node, context=context, path=path)
        return _negate(found) if node.negated else found
    parts = [compile_node(part, context=context, path=path) for part in node.parts]
    if node.kind == "all":
        return _all_of(parts)
    return _any_of(parts) if node.kind == "any" else _negate(_any_of(parts))


def _leaf(node: Leaf, *, context: SegmentContext, path: tuple[str, ...]) -> Condition:
    match node:
        case Compare():
            return _compare(node, context=context)
        case HasTag():
            tagged = Person.tags.through.objects.filter(tag__name=node.name)
            return person_in(tagged, "person", per_person=context.per_person)
        case HasRole() | HasStage() | BelongsTo():
            return _relationship(node, context=context)
        case PermissionIs():
            return _permission(node, context=context)
        case WantsTopic():
            brand, code = node.topic.split("/")
            preferences = Preference.objects.filter(topic__brand__slug=brand, topic__code=code, wanted=node.wanted)
            return person_in(preferences, "person", per_person=context.per_person)
        case InSegment():
            return _segment(node.name, context=context, path=path)
        case Did():
            rows, person = find_actors(node, today=context.today, per_person=context.per_person)
            # A GROUP BY inside EXISTS would run for every person; IN evaluates it once.
            often = node.times > 1 and not context.per_person
            return Q(pk__in=rows.values(person)) if often else person_in(rows, person, per_person=context.per_person)
        case FromImport():
            lines = PersonLine.objects.filter(of=node.number, person__isnull=False)
            lines = lines.exclude(verdict=PersonLine.Verdict.REFUSED).exclude(undo__startswith=PersonLine.UNDONE)
            return person_in(lines, "person", per_person=context.per_person)
        case OnList():
            numbers = [one for one in node.values if "@" not in one]
            mails = [one.lower() for one in node.values if "@" in one]
            return _any_of(
                [
                    Q(IsOneOf(F("number"), numbers)) if numbers else False,
                    Q(IsOneOf(F("address__value"), mails)) if mails else False,
                ]
            )
    assert_never(node)


def person_in(rows: QuerySet[Any], person: str, *, per_person: bool = False) -> Q:
    """Return the condition that a person occurs in the column of some row; `per_person` forces EXISTS."""
    if per_person or connection.vendor == "postgresql":
        return Q(Exists(rows.filter(**{person: OuterRef("pk")})))
    return Q(pk__in=rows.values(person))


def _negate(condition: Condition) -> Condition:
    return not condition if isinstance(condition, bool) else Q(IsNotTrue(condition))


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
        raise SegmentCycle("segment-cycle", path=(*path[path.index(name) :], name))
    if name not in context.named:
        raise SegmentFault("segment-missing", name=name)
    if len(path) >= MOST_DEPTH:
        raise SegmentFault("segments-too-deep", most=MOST_DEPTH, path=path)
    if name not in context.compiled:
        node = read_json(context.named[name], known=context.known)
        context.compiled[name] = compile_node(node, context=context, path=(*path, name))
    return context.compiled[name]


def _compare(node: Compare, *, context: SegmentContext) -> Condition:
    kind = context.known.kinds[node.field]
    column = _COLUMN.get(node.field, node.field) if node.field in STANDARD_FIELDS else ""
    left = F(column) if column else CustomFieldValue(node.field, kind)
    if node.comparison == "known":
        return _known(left, column=column, kind=kind)
    if kind == "date":
        return _day(node, left, column=column, today=context.today)
    value: Any = node.value
    if node.field in SMALL:
        value = tuple(one.lower() for one in value) if isinstance(value, tuple) else value.lower()
    match node.comparison:
        case "in":
            return Q(IsOneOf(left, list(value))) if isinstance(value[0], str) else Q(In(left, value))
        case "contains":
            return Q(Contains(Folded(left), fold_latin(value)))
        case "starts":
            return Q(StartsWith(Folded(left), fold_latin(value)))
        case "between":
            return Q(GreaterThanOrEqual(left, value[0])) & Q(LessThanOrEqual(left, value[1]))
        case "=":
            return Q(**{column: value}) if column else Q(Exact(left, value))
    return Q(_ORDER[node.comparison](left, value))


def _day(node: Compare, left: CustomFieldValue | F, *, column: str, today: date) -> Condition:
    if node.comparison == "anniversary":
        assert isinstance(node.value, int)
        near = anniversary_days(node.value, today=today)
        if not column:
            return Q(In(Substr(left, 6, 5), near))
        month_and_day = ExtractMonth(column) * 100 + ExtractDay(column)
        return Q(In(month_and_day, [int(one.replace("-", "")) for one in near]))
    bounds = bound_field(node, today=today)
    if column:
        return Q(**range_lookups(bounds, name=column))
    parts = Q()
    if bounds.first is not None:
        parts &= Q(GreaterThanOrEqual(left, bounds.first.isoformat()))
    if bounds.last is not None:
        parts &= Q(LessThanOrEqual(left, bounds.last.isoformat()))
    return parts


def _known(left: CustomFieldValue | F, *, column: str, kind: Kind) -> Q:
    if not column:
        return Q(IsNull(left, False))
    there = Q(**{f"{column}__isnull": False})
    return there if kind == "date" else there & ~Q(**{column: ""})


def _relationship(node: HasRole | HasStage | BelongsTo, *, context: SegmentContext) -> Condition:
    match node:
        case HasRole():
            return _role(node, context=context)
        case HasStage():
            stage = stage_expression("person", today=context.today, brand=node.brand, per_row=context.per_person)
            return Q(Exact(stage, node.stage))
        case BelongsTo():
            named = Organisation.objects.filter(name=node.name).values("pk")
            of: dict[str, Any] = {"organisation__in": named}
            of |= {"position": node.position} if node.position else {}
            further = person_in(Membership.objects.filter(**of), "person", per_person=context.per_person)
            return Q(**of) | further
    assert_never(node)


def _role(node: HasRole, *, context: SegmentContext) -> Condition:
    roles = PartyRole.objects.filter(PartyRole.on(context.today), kind=node.role)
    if node.brand:
        roles = roles.filter(Q(brand=None) | Q(brand__slug=node.brand))
    if node.holder == "person":
        return person_in(roles.exclude(person=None), "person", per_person=context.per_person)
    of = {"organisation__in": roles.exclude(organisation=None).values("organisation")}
    return Q(**of) | person_in(Membership.objects.filter(**of), "person", per_person=context.per_person)


def _permission(node: PermissionIs, *, context: SegmentContext) -> Condition:
    brand, code = node.topic.split("/")
    permissions = Permission.objects.filter(brand__slug=brand, topic__code=code, channel=node.channel)
    if node.state == "none":
        return _negate(person_in(permissions, "person", per_person=context.per_person))
    days = range_lookups(bound_span(node.when, today=context.today), name="entry__at")
    permissions = permissions.filter(state=node.state, **days)
    if node.basis:
        permissions = permissions.filter(basis=node.basis)
    return person_in(permissions, "person", per_person=context.per_person)
