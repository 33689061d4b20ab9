"""Define the words of conditions: fields and their kinds, comparisons, acts, spans, and the limits of values."""

from collections.abc import Mapping
from typing import Literal, get_args

type Kind = Literal["text", "integer", "decimal", "boolean", "date", "choice"]
type Scalar = str | int | float | bool

STANDARD_FIELDS: Mapping[str, Kind] = {
    "number": "text",
    "given_name": "text",
    "family_name": "text",
    "language": "choice",
    "country": "choice",
    "organisation": "text",
    "position": "text",
    "capacity": "choice",
    "tax_id": "text",
    "timezone": "text",
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
HOLDERS = ("person", "organisation")
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
WHOLE = 2**53  # beyond, JSON numbers lose digits
