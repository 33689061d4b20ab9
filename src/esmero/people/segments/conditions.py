"""Define the conditions of a segment as values; people/segments/serialization.py reads and writes them.

The semantics are the same on every database (dossier/segments/sql.py):

* An unknown value (none, an empty text, or another type than the field's) is neither equal nor unequal, smaller nor
  larger. A comparison with it is false, so "is not" and every "none of" is true.
* "=" and "in" compare exactly; "contains" and "starts" ignore capitals and the accents of Latin letters.
* Days are in the time zone of the installation. *last n*: from n days ago to today; *next n*: from today to n days
  ahead; *ago n*: before the day n days ago; *ahead n*: after the day in n days; *month*: the current month of this
  year; *anniversary n*: day and month at most n days from today, and 29 February counts as the 28th in years without a
  29th; *between* includes both days.
* Behaviour counts messages: *sent* was handed to the relay; *got* was sent and did not bounce; *clicked* has a human
  click; *returned* is a hard bounce; *left* is a withdrawal or an objection in the ledger or, with one dispatch, the
  messages that led to an opt-out. `times` counts messages, not clicks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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

MOST_DAYS = 36_500  # days
MOST_ANNIVERSARY_DAYS = 182  # days on either side of an anniversary: more would cover the whole year
MOST_TIMES = 1_000
LONGEST_LIST = 10_000
MOST_DEPTH = 20


class SegmentFault(ValueError):
    """Report an invalid condition; the text names the condition, the fault and the valid values."""


class SegmentCycle(SegmentFault):
    """Report that segments refer to each other in a cycle; `path` begins and ends with the same name."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(f"These segments name each other in a circle: {' → '.join(path)}.")
        self.path = path


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Describe a period: `days` for last and ago, ISO dates in `first` and `second` for the others."""

    kind: str = "ever"
    days: int = 0
    first: str = ""
    second: str = ""


EVER = DateSpan()


@dataclass(frozen=True, slots=True)
class All:
    """Require every part."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Require at least one part."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Negate a condition."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare a field with a value; `custom` marks a custom field.

    The value is a tuple for "in" and "between", a number of days for relative comparisons, and None for "known",
    "unknown" and "month".
    """

    field: str
    comparison: str
    value: Scalar | tuple[Scalar, ...] | None
    kind: Kind
    custom: bool


@dataclass(frozen=True, slots=True)
class HasTag:
    """Require a tag."""

    name: str


@dataclass(frozen=True, slots=True)
class PermissionIs:
    """Require a state of the permission for a topic ("brand/topic"); "none" is the absence of any entry.

    `basis` and `span` restrict the legal basis and the date of the entry.
    """

    topic: str
    state: str
    channel: str = "email"
    basis: str = ""
    span: DateSpan = EVER


@dataclass(frozen=True, slots=True)
class WantsTopic:
    """Require a preference for a topic ("brand/topic")."""

    topic: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class InSegment:
    """Require membership of another segment."""

    name: str


@dataclass(frozen=True, slots=True)
class Did:
    """Require an act on at least `times` messages of one brand, topic ("brand/topic") or dispatch, or of all."""

    act: str
    times: int = 1
    brand: str = ""
    topic: str = ""
    dispatch: int = 0
    link: str = ""
    span: DateSpan = EVER


@dataclass(frozen=True, slots=True)
class FromImport:
    """Require a line of an import, by its number; refused lines have no person."""

    number: int


@dataclass(frozen=True, slots=True)
class OnList:
    """Require a customer number or address from a pasted list."""

    values: tuple[str, ...]


type Leaf = Compare | HasTag | PermissionIs | WantsTopic | InSegment | Did | FromImport | OnList
type Node = All | AnyOf | Not | Leaf

EVERYBODY = All(())
