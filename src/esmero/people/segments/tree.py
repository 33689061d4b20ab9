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
* Roles are those held today; one towards the whole house counts for every brand. *stage* is derived from the person's
  roles (people/relationship/stages.py). *membership* compares the name of each of the person's organisations exactly.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
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

from esmero.people.relationship.stages import Stage
from esmero.people.segments.values import (
    Blank,
    Day,
    Days,
    KnownNames,
    Number,
    SegmentFault,
    Text,
    TopicName,
    check_length,
    fault,
    known_as,
    read_boolean,
    read_scope,
    read_value,
    whole,
)
from esmero.people.segments.vocabulary import (
    COMPARISONS,
    MOST_DEPTH,
    MOST_TIMES,
    SCOPES,
    SPAN_PARTS,
    UNFINISHED,
    Act,
    Scalar,
)


class ConditionModel(BaseModel):
    """Validate and write one object of the JSON; its kind is always written, other values unless they are default."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

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
                raise fault(UNFINISHED if wanted else "condition-unreadable", place=part, data=f"{self.kind} {part}")
        if self.first and self.last and self.first > self.last:
            raise fault("condition-days-reversed", place="last")
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
            raise fault("condition-no-field", name=name, list=", ".join(sorted(info.context.kinds)))
        return name

    @field_validator("comparison")
    @classmethod
    def _check_comparison(cls, comparison: str, info: ValidationInfo) -> str:
        name = info.data.get("field")
        if info.context and name and comparison not in (there := COMPARISONS[info.context.kinds[name]]):
            raise fault("condition-comparison", name=name, comparison=comparison, list=" ".join(there))
        return comparison

    @field_validator("value", mode="before")
    @classmethod
    def _read_value(cls, value: Any, info: ValidationInfo) -> Any:
        name, comparison = info.data.get("field"), info.data.get("comparison")
        if not info.context or name is None or comparison is None:
            return value
        return read_value(value, field=name, comparison=comparison, known=info.context)


class HasTag(LeafModel):
    """Require a tag."""

    kind: Literal["tag"] = "tag"
    name: Annotated[Text, known_as("tag")]


class PermissionIs(LeafModel):
    """Require a state of the permission for a topic ("brand/topic"); "none" is the absence of any entry.

    `basis` and `when` restrict the legal basis and the date of the entry.
    """

    kind: Literal["permission"] = "permission"
    topic: TopicName
    state: Literal["requested", "granted", "withdrawn", "objected", "expired", "none"]
    channel: Literal["email", "phone", "post", "portal"] = "email"
    basis: Blank = ""
    when: DateSpan = EVER

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.state == "none" and (self.basis or self.when != EVER):
            raise fault("condition-never-given")
        return self


class WantsTopic(LeafModel):
    """Require a preference for a topic ("brand/topic")."""

    kind: Literal["topic"] = "topic"
    topic: TopicName
    wanted: Annotated[bool, BeforeValidator(read_boolean)]


class HasRole(LeafModel):
    """Require a role that is held today by the person, or by one of their organisations (`holder`)."""

    kind: Literal["role"] = "role"
    role: Literal["customer", "member", "prospect", "sponsor", "member-client", "supplier"]
    brand: Annotated[Blank, known_as("brand")] = ""
    holder: Literal["person", "organisation"] = "person"


class HasStage(LeafModel):
    """Require the stage of the relationship, towards one brand or the whole house."""

    kind: Literal["stage"] = "stage"
    stage: Stage
    brand: Annotated[Blank, known_as("brand")] = ""


class BelongsTo(LeafModel):
    """Require an organisation of this name among the person's, with the position in it if one is given."""

    kind: Literal["membership"] = "membership"
    name: Text
    position: Blank = ""


class InSegment(LeafModel):
    """Require membership of another segment."""

    kind: Literal["segment"] = "segment"
    name: Annotated[Text, known_as("segment")]


class Did(LeafModel):
    """Require an act on at least `times` messages.

    `of` restricts them: "brand:CODE", "topic:BRAND/TOPIC" or "dispatch:NUMBER".
    """

    kind: Literal["did"] = "did"
    act: Act
    of: Annotated[str, BeforeValidator(read_scope), Field(pattern=f"^(({'|'.join(SCOPES)}):.+)?$"), known_as("of")] = ""
    link: Blank = ""
    times: Annotated[int, *whole(1, MOST_TIMES)] = 1
    when: DateSpan = EVER

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.link and self.act != "clicked":
            raise fault("condition-link", place="link")
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
            raise fault(UNFINISHED)
        return check_length(tuple(dict.fromkeys(values)))


class Group(ConditionModel):
    """Require all, any or none of the parts; an "all" without parts is everybody, and only at the top."""

    kind: Literal["all", "any", "none"] = "all"
    parts: tuple["Node", ...] = ()

    @model_validator(mode="after")
    def _fit(self) -> Self:
        empty = any(isinstance(part, Group) and not part.parts for part in self.parts)
        if empty or (self.kind != "all" and not self.parts):
            raise fault("condition-empty-group")
        return self


Leaf = (
    Compare
    | HasTag
    | HasRole
    | HasStage
    | BelongsTo
    | PermissionIs
    | WantsTopic
    | InSegment
    | Did
    | FromImport
    | OnList
)
Node = Annotated[Group | Leaf, Field(discriminator="kind")]
Group.model_rebuild()
TREE: TypeAdapter[Group | Leaf] = TypeAdapter(Node)
EVERYBODY = Group()


def read_json(data: Any, *, known: KnownNames | None = None) -> Group | Leaf:
    """Validate JSON (or a tree) as a tree; {} and None are everybody. Without `known`, names and values are kept.

    Raises SegmentFault with the path of the first fault.
    """
    if data is None or data == {}:
        return EVERYBODY
    try:
        node = TREE.validate_python(data, context=known)
    except ValidationError as wrong:
        raise _explain(wrong) from None
    if _depth(node) > MOST_DEPTH:
        raise SegmentFault("condition-too-deep", most=MOST_DEPTH)
    return node


def write_json(node: Group | Leaf) -> dict[str, Any]:
    """Return the JSON of a tree; read_json() restores the same tree. Everybody is {}."""
    return {} if node == EVERYBODY else node.model_dump(mode="json", exclude_defaults=True)


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
        case "missing" | "string_too_short" | "string_pattern_mismatch":
            return SegmentFault(UNFINISHED, tuple(path))
        case "literal_error":
            there = facts["expected"].replace("'", "").replace(" or ", ", ")
            return SegmentFault("condition-not-among", tuple(path), text=first["input"], list=there)
        case code if code.startswith("condition-"):
            return SegmentFault(code, tuple(path), **facts)
    return SegmentFault("condition-unreadable", tuple(path), data=repr(first["input"])[:200])
