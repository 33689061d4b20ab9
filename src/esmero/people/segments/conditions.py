"""The conditions of a segment as values, and the words that they are made of; people/segments/serialization.py reads and writes them.

The meaning, the same on every database (dossier/segments/sql.py):

* What is unknown (no value, an empty text, a value of another type than the field's) is neither equal nor unequal,
  smaller nor larger: a comparison with it does not hold, so “is not” and every “none of” does hold.
* “=” and “in” compare exactly; “contains” and “starts” leave capitals and the accents of Latin letters aside.
* Days are the house's own (its time zone). *last n*: from n days ago up to today; *next n*: from today up to in n days;
  *ago n*: before the day n days ago; *ahead n*: after the day in n days; *month*: this month of this year;
  *anniversary n*: day and month lie at most n days from today, and who was born on 29 February has it on the 28th in
  years that have no 29th; *between* counts both days.
* Behaviour is what happened to messages: *sent* left the house; *got* was sent and did not come back; *clicked* is a
  human's click; *returned* came back for good; *left* is a permission taken back or an objection, in the ledger, or
  with one sending the messages through which people left. `times` counts messages, not clicks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

type Kind = Literal["text", "integer", "decimal", "boolean", "date", "choice"]
type Scalar = str | int | float | bool

STANDARD: Mapping[str, Kind] = {
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
COMPARISONS: Mapping[Kind, tuple[str, ...]] = {
    "text": ("=", "!=", "contains", "starts", "in", "known", "unknown"),
    "choice": ("=", "!=", "in", "known", "unknown"),
    "integer": ("=", "!=", "<", "<=", ">", ">=", "between", "in", "known", "unknown"),
    "decimal": ("=", "!=", "<", "<=", ">", ">=", "between", "in", "known", "unknown"),
    "date": ("=", "!=", "<", "<=", ">", ">=", "between", *RELATIVE, "known", "unknown"),
    "boolean": ("=", "!=", "known", "unknown"),
}
STATES = ("requested", "granted", "withdrawn", "objected", "expired", "none")
CHANNELS = ("email", "phone", "post", "portal")
ACTS = ("sent", "got", "clicked", "answered", "returned", "complained", "left")
SPANS = ("ever", "last", "ago", "since", "before", "between")

FARTHEST = 36_500  # days
NEAREST_YEAR = 182  # days to either side of an anniversary: more would be all year
MOST_TIMES = 1_000
LONGEST_LIST = 10_000
DEEPEST = 20


class SegmentFault(ValueError):
    """A condition cannot be: the text says which one, what is wrong, and what would be right."""


class CircleFault(SegmentFault):
    """Segments name each other in a circle; `path` begins and ends with the same name."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(f"These segments name each other in a circle: {' → '.join(path)}.")
        self.path = path


@dataclass(frozen=True, slots=True)
class DateSpan:
    """When something happened: `days` for last and ago, ISO days in `first` and `second` for the others."""

    kind: str = "ever"
    days: int = 0
    first: str = ""
    second: str = ""


EVER = DateSpan()


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value; `own` tells a declared field.

    The value is a tuple for "in" and "between", a number of days for what is relative, and None for "known",
    "unknown" and "month".
    """

    field: str
    comparison: str
    value: Scalar | tuple[Scalar, ...] | None
    kind: Kind
    own: bool


@dataclass(frozen=True, slots=True)
class HasTag:
    name: str


@dataclass(frozen=True, slots=True)
class PermissionIs:
    """The standing of the permission for a topic ("brand/topic"); "none" is that there is no word at all.

    `basis` and `span` narrow it to what it rests on, and to when the person said so.
    """

    topic: str
    state: str
    channel: str = "email"
    basis: str = ""
    span: DateSpan = EVER


@dataclass(frozen=True, slots=True)
class WantsTopic:
    topic: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class InSegment:
    name: str


@dataclass(frozen=True, slots=True)
class Did:
    """What happened with at least `times` messages, of one brand, one topic ("brand/topic") or one sending, or of all."""

    act: str
    times: int = 1
    brand: str = ""
    topic: str = ""
    dispatch: int = 0
    link: str = ""
    span: DateSpan = EVER


@dataclass(frozen=True, slots=True)
class CameWith:
    """Stood in the list that an import brought; refused lines brought nobody."""

    number: int


@dataclass(frozen=True, slots=True)
class OnList:
    """Numbers and mail addresses that somebody pasted."""

    values: tuple[str, ...]


type Leaf = Compare | HasTag | PermissionIs | WantsTopic | InSegment | Did | CameWith | OnList
type Node = All | AnyOf | Not | Leaf

EVERYBODY = All(())
