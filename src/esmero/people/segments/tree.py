"""Define the condition tree of a segment: one typed union, which is also its stored JSON, with its validation.

{"kind": "all", "parts": [{"kind": "field", "field": "tenure", "comparison": ">", "value": 12}, {"kind": "tag", "name":
"vip", "negated": true}]}. Everything that reads a tree is one match over its kinds, which mypy holds exhaustive: SQL
(dossier/segments/sql.py), plain Python (evaluation.py), text (text_form.py), the sentence (web), names (mentions.py).

The semantics are the same everywhere:

* An unknown value (none, an empty text, or another type than the field's) equals nothing and is neither smaller nor
  larger. A comparison with it is false, so that a negated condition and every "none of" is true.
* "=" and "in" compare exactly; "contains" and "starts" ignore capitals and the accents of Latin letters.
* Days are in the time zone of the installation. *last n*: from n days ago to today; *next n*: from today to n days
  ahead; *ago n*: before the day n days ago; *ahead n*: after the day in n days; *month*: the current month of this
  year; *anniversary n*: day and month at most n days from today, and 29 February counts as the 28th in years without a
  29th; *between* includes both days.
* Behaviour counts messages: *sent* was handed to the relay; *got* was sent and did not bounce; *clicked* has a human
  click; *returned* is a hard bounce; *left* is a withdrawal or an objection in the ledger or, with one dispatch, the
  messages that led to an opt-out. `times` counts messages, not clicks.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from math import isfinite
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from esmero.refusal import Refusal

type Kind = Literal["text", "integer", "decimal", "boolean", "date", "choice"]
type Scalar = str | int | float | bool

STANDARD_FIELDS: Mapping[str, Kind] = {
    "number": "text",
    "given_name": "text",
    "family_name": "text",
    "language": "choice",
    "country": "choice",
    "organisation": "text",
    "address": "text",
    "domain": "text",
    "standing": "choice",
    "added": "date",
}
RELATIVE = ("last", "next", "ago", "ahead", "month", "anniversary")
_ORDERED = ("=", "<", "<=", ">", ">=", "between")
COMPARISONS: Mapping[Kind, tuple[str, ...]] = {
    "text": ("=", "contains", "starts", "in", "known"),
    "choice": ("=", "in", "known"),
    "integer": (*_ORDERED, "in", "known"),
    "decimal": (*_ORDERED, "in", "known"),
    "date": (*_ORDERED, *RELATIVE, "known"),
    "boolean": ("=", "known"),
}
WITHOUT_VALUE = ("known", "month")
SCOPES = ("brand", "topic", "dispatch")
SPAN_PARTS: Mapping[str, tuple[str, ...]] = {
    "ever": (),
    "last": ("days",),
    "ago": ("days",),
    "since": ("first",),
    "before": ("first",),
    "between": ("first", "last"),
}
Act = Literal["sent", "got", "clicked", "answered", "returned", "complained", "left"]
ACTS: tuple[str, ...] = get_args(Act)
UNFINISHED = "condition-unfinished"  # the code of a value that is not given yet

MOST_DAYS = 36_500  # days
MOST_ANNIVERSARY_DAYS = 182  # days on either side of an anniversary: more would cover the whole year
MOST_TIMES = 1_000
LONGEST_LIST = 10_000
MOST_DEPTH = 20
_WHOLE = 2**53  # beyond, JSON numbers lose digits
_YES, _NO = {"yes", "true", "1", "sí", "si", "oui"}, {"no", "false", "0", "non"}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class SegmentFault(Refusal):
    """Refuse a condition; `path` leads to its value in the JSON, as in ("parts", 0, "value")."""

    status = 422

    def __init__(self, code: str, path: tuple[str | int, ...] = (), /, **facts: object) -> None:
        super().__init__(code, **facts)
        self.path = path


class SegmentCycle(SegmentFault):
    """Refuse segments that name each other in a cycle; the fact `path` begins and ends with the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """Hold the names against which a tree is validated: the kind of each field, and the choices of a subject.

    `choices` are by "tag", "segment", "of" or "field:KEY"; a subject without choices takes any name.
    """

    kinds: Mapping[str, Kind]
    choices: Mapping[str, Collection[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, custom: Mapping[str, Kind]) -> Self:
        """Return the standard fields with custom ones."""
        return cls(kinds={**custom, **STANDARD_FIELDS})


def _fault(code: str, **facts: Any) -> PydanticCustomError:
    return PydanticCustomError(code, code, facts)


def _read_text(given: Any) -> str:
    if not isinstance(given, str | int | float | None):
        raise _fault("condition-unreadable", data=repr(given)[:200])
    text = "" if given is None else str(given).strip()
    # PostgreSQL refuses NUL in text.
    if not text or "\0" in text:
        raise _fault(UNFINISHED)
    return text


def _read_whole(given: Any, *, least: int, most: int) -> int:
    text = _read_text(given)
    try:
        number = int(text)
    except ValueError:
        raise _fault("condition-whole-number") from None
    if not least <= number <= most:
        raise _fault("condition-out-of-range", least=least, most=most)
    return number


def _whole(least: int, most: int) -> tuple[BeforeValidator, Any]:
    return BeforeValidator(partial(_read_whole, least=least, most=most)), Field(ge=least, le=most)


def _read_decimal(given: Any) -> float:
    text = _read_text(given)
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    # The database's JSON has no NaN or infinity.
    if not isfinite(number):
        raise _fault("condition-number")
    return number


def _read_day(given: Any) -> str:
    text = _read_text(given)
    try:
        return date.fromisoformat(text if _ISO_DAY.fullmatch(text) else "").isoformat()
    except ValueError:
        raise _fault("condition-day") from None


def _read_boolean(given: Any) -> bool:
    text = _read_text(given).lower()
    if text not in _YES | _NO:
        raise _fault("condition-boolean", text=text)
    return text in _YES


def _read_topic(given: Any) -> str:
    topic = _read_text(given)
    if topic.count("/") != 1 or topic.startswith("/") or topic.endswith("/"):
        raise _fault("condition-topic", topic=topic)
    return topic


def _read_scope(given: Any) -> str:
    scope, colon, name = str(given).partition(":")
    if not colon:
        return _read_text(given) if scope.strip() else ""
    if scope == "dispatch":
        return f"{scope}:{_read_whole(name, least=1, most=_WHOLE)}"
    return f"{scope}:{_read_topic(name) if scope == 'topic' else _read_text(name)}"


def _known(subject: str) -> AfterValidator:
    """Return the validator of a name: it must be among the choices of the context, where these are given."""

    def check(name: str, info: ValidationInfo) -> str:
        _check_choice(info.context, subject, name)
        return name

    return AfterValidator(check)


def _check_choice(known: KnownNames | None, subject: str, name: Scalar) -> None:
    if name != "" and known and subject in known.choices and name not in known.choices[subject]:
        if subject.startswith("field:"):
            raise _fault("condition-no-choice", value=name)
        raise _fault("condition-gone" if subject == "of" else "condition-no-such", name=name)


Text = Annotated[str, BeforeValidator(_read_text)]
Day = Annotated[str, BeforeValidator(_read_day)]
Days = Annotated[int, *_whole(0, MOST_DAYS)]
Number = Annotated[int, *_whole(1, _WHOLE)]
TopicName = Annotated[str, BeforeValidator(_read_topic)]
_READERS: Mapping[Kind, Any] = {
    "text": _read_text,
    "choice": _read_text,
    "integer": partial(_read_whole, least=-_WHOLE, most=_WHOLE),
    "decimal": _read_decimal,
    "boolean": _read_boolean,
    "date": _read_day,
}


class ConditionModel(BaseModel):
    """Validate and write one object of the JSON; its kind is always written, other values unless they are default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_serializer(mode="wrap")
    def _write(self, write: Any) -> dict[str, Any]:
        return {"kind": getattr(self, "kind"), **write(self)}  # noqa: B009 - each subclass has a kind of its own


class DateSpan(ConditionModel):
    """Describe a period: `days` for last and ago, ISO dates in `first` and `last` for the others."""

    kind: Literal["ever", "last", "ago", "since", "before", "between"] = "ever"
    days: Days | None = None
    first: Day | None = None
    last: Day | None = None

    @model_validator(mode="after")
    def _fit(self) -> Self:
        for part in ("days", "first", "last"):
            missing, wanted = getattr(self, part) is None, part in SPAN_PARTS[self.kind]
            if missing is wanted:
                raise _fault(UNFINISHED if wanted else "condition-unreadable", place=part, data=f"{self.kind} {part}")
        if self.first and self.last and self.first > self.last:
            raise _fault("condition-days-reversed", place="last")
        return self


EVER = DateSpan()


class LeafModel(ConditionModel):
    """Validate one condition; `negated` selects the persons for whom it does not hold."""

    negated: bool = False


class Compare(LeafModel):
    """Compare a field with a value of its kind.

    The value is a tuple for "in" and "between", a number of days for relative comparisons, and None for "known" and
    "month".
    """

    kind: Literal["field"] = "field"
    field: Text
    comparison: str = "="
    value: Scalar | tuple[Scalar, ...] | None = Field(default=None, validate_default=True)

    @field_validator("field")
    @classmethod
    def _check_field(cls, name: str, info: ValidationInfo) -> str:
        if info.context and name not in info.context.kinds:
            raise _fault("condition-no-field", name=name, list=", ".join(sorted(info.context.kinds)))
        return name

    @field_validator("comparison")
    @classmethod
    def _check_comparison(cls, comparison: str, info: ValidationInfo) -> str:
        name = info.data.get("field")
        if info.context and name and comparison not in (there := COMPARISONS[info.context.kinds[name]]):
            raise _fault("condition-comparison", name=name, comparison=comparison, list=" ".join(there))
        return comparison

    @field_validator("value", mode="before")
    @classmethod
    def _read_value(cls, value: Any, info: ValidationInfo) -> Any:
        name, comparison = info.data.get("field"), info.data.get("comparison")
        if not info.context or name is None or comparison is None:
            return value
        if comparison in WITHOUT_VALUE:
            return None
        if comparison in RELATIVE:
            most = MOST_ANNIVERSARY_DAYS if comparison == "anniversary" else MOST_DAYS
            return _read_whole(value, least=0, most=most)
        read = _READERS[info.context.kinds[name]]
        if comparison not in ("in", "between"):
            typed: Scalar = read(value)
            if comparison == "=":
                _check_choice(info.context, f"field:{name}", typed)
            return typed
        if not isinstance(value, (list, tuple)) or not value:
            raise _fault(UNFINISHED)
        if comparison == "in":
            return _check_length(tuple(dict.fromkeys(map(read, value))))
        return _read_pair(value, read)


class HasTag(LeafModel):
    """Require a tag."""

    kind: Literal["tag"] = "tag"
    name: Annotated[Text, _known("tag")]


class PermissionIs(LeafModel):
    """Require a state of the permission for a topic ("brand/topic"); "none" is the absence of any entry.

    `basis` and `when` restrict the legal basis and the date of the entry.
    """

    kind: Literal["permission"] = "permission"
    topic: TopicName
    state: Literal["requested", "granted", "withdrawn", "objected", "expired", "none"]
    channel: Literal["email", "phone", "post", "portal"] = "email"
    basis: str = ""
    when: DateSpan = EVER

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.state == "none" and (self.basis or self.when != EVER):
            raise _fault("condition-never-given")
        return self


class WantsTopic(LeafModel):
    """Require a preference for a topic ("brand/topic")."""

    kind: Literal["topic"] = "topic"
    topic: TopicName
    wanted: Annotated[bool, BeforeValidator(_read_boolean)]


class InSegment(LeafModel):
    """Require membership of another segment."""

    kind: Literal["segment"] = "segment"
    name: Annotated[Text, _known("segment")]


class Did(LeafModel):
    """Require an act on at least `times` messages.

    `of` restricts them: "brand:CODE", "topic:BRAND/TOPIC" or "dispatch:NUMBER".
    """

    kind: Literal["did"] = "did"
    act: Act
    of: Annotated[str, BeforeValidator(_read_scope), Field(pattern=f"^(({'|'.join(SCOPES)}):.+)?$"), _known("of")] = ""
    link: str = ""
    times: Annotated[int, *_whole(1, MOST_TIMES)] = 1
    when: DateSpan = EVER

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.link and self.act != "clicked":
            raise _fault("condition-link", place="link")
        return self

    def scope(self, kind: str) -> str:
        """Return the name in `of` if it is of this kind, else ""."""
        return self.of.removeprefix(f"{kind}:") if self.of.startswith(f"{kind}:") else ""


class FromImport(LeafModel):
    """Require a line of an import, by its number; refused lines have no person."""

    kind: Literal["import"] = "import"
    number: Number


class OnList(LeafModel):
    """Require a customer number or address from a pasted list."""

    kind: Literal["list"] = "list"
    values: tuple[Text, ...]

    @field_validator("values")
    @classmethod
    def _once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if not values:
            raise _fault(UNFINISHED)
        return _check_length(tuple(dict.fromkeys(values)))


class Group(ConditionModel):
    """Require all, any or none of the parts; an "all" without parts is everybody, and only at the top."""

    kind: Literal["all", "any", "none"] = "all"
    parts: tuple["Node", ...] = ()

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if not (self.parts or self.kind == "all") or any(
            isinstance(one, Group) and not one.parts for one in self.parts
        ):
            raise _fault("condition-empty-group")
        return self


Leaf = Compare | HasTag | PermissionIs | WantsTopic | InSegment | Did | FromImport | OnList
Node = Annotated[Group | Leaf, Field(discriminator="kind")]
Group.model_rebuild()
_TREE: TypeAdapter[Group | Leaf] = TypeAdapter(Node)
EVERYBODY = Group()


def _check_length[Item](values: tuple[Item, ...]) -> tuple[Item, ...]:
    if len(values) > LONGEST_LIST:
        raise _fault("condition-long-list", most=LONGEST_LIST)
    return values


def _read_pair(values: Sequence[Any], read: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Read a first and a last value; a fault of the last is at place 1."""
    first = read(values[0])
    try:
        last = read(values[1] if len(values) == 2 else None)
    except PydanticCustomError as wrong:
        raise _fault(wrong.type, **(wrong.context or {}), place=1) from None
    if first > last:
        raise _fault("condition-days-reversed" if read is _read_day else "condition-values-reversed", place=1)
    return first, last


def read_json(data: Any, *, known: KnownNames | None = None) -> Group | Leaf:
    """Validate JSON (or a tree) as a tree; {} and None are everybody. Without `known`, names and values are kept.

    Raises SegmentFault with the path of the first fault.
    """
    if not data:
        return EVERYBODY
    try:
        node = _TREE.validate_python(data, context=known)
    except ValidationError as wrong:
        raise _explain(wrong) from None
    if _depth(node) > MOST_DEPTH:
        raise SegmentFault("condition-too-deep", most=MOST_DEPTH)
    return node


def write_json(node: Group | Leaf) -> dict[str, Any]:
    """Return the JSON of a tree; read_json() restores the same tree. Everybody is {}."""
    return {} if node == EVERYBODY else node.model_dump(mode="json", exclude_defaults=True)


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of trees (draft 2020-12), for the documentation of the API."""
    return _TREE.json_schema()


def walk(node: Group | Leaf) -> Iterator[Leaf]:
    """Yield the conditions of a tree in their order."""
    if isinstance(node, Group):
        for part in node.parts:
            yield from walk(part)
    else:
        yield node


def _depth(node: Group | Leaf) -> int:
    return 1 + max(map(_depth, node.parts), default=0) if isinstance(node, Group) else 0


def _explain(wrong: ValidationError) -> SegmentFault:
    """Return the first fault; its path is pydantic's without the kinds, which stand in it beside each part."""
    first = wrong.errors(include_url=False)[0]
    path: list[str | int] = []
    for place, step in enumerate(first["loc"]):
        if place and not (isinstance(first["loc"][place - 1], int) and path[-2:-1] == ["parts"]):
            path.append(step)
    facts = dict(first.get("ctx", {}))
    if "place" in facts:
        path.append(facts.pop("place"))
    match first["type"]:
        case "missing":
            return SegmentFault(UNFINISHED, tuple(path))
        case "literal_error":
            there = facts["expected"].replace("'", "").replace(" or ", ", ")
            return SegmentFault("condition-not-among", tuple(path), text=first["input"], list=there)
        case code if code.startswith("condition-"):
            return SegmentFault(code, tuple(path), **facts)
    return SegmentFault("condition-unreadable", tuple(path), data=repr(first["input"])[:200])
