"""Read the values of conditions, as text or as JSON; each fault is a refusal with code, facts and path."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from math import isfinite
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from esmero.people.segments.vocabulary import (
    LONGEST_LIST,
    MOST_ANNIVERSARY_DAYS,
    MOST_DAYS,
    RELATIVE,
    SCOPES,
    STANDARD_FIELDS,
    UNFINISHED,
    WHOLE,
    WITHOUT_VALUE,
    Kind,
    Scalar,
)
from esmero.refusal import InvalidValue

_YES, _NO = {"yes", "true", "1", "sí", "si", "oui"}, {"no", "false", "0", "non"}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class SegmentFault(InvalidValue):
    """Refuse a condition; `path` leads to its value in the JSON, as in ("parts", 0, "value")."""

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


def fault(code: str, **facts: Any) -> PydanticCustomError:
    """Return an error that read_json() turns into a SegmentFault; the fact `place` is the end of its path."""
    return PydanticCustomError(code, code, facts)


def read_text(given: Any) -> str:
    """Return a text without blanks around it; nothing and NUL, which PostgreSQL refuses, count as not given."""
    if not isinstance(given, str | int | float | None):
        raise fault("condition-unreadable", data=repr(given)[:200])
    text = "" if given is None else str(given).strip()
    if not text or "\0" in text:
        raise fault(UNFINISHED)
    return text


def read_whole(given: Any, *, least: int, most: int) -> int:
    """Return a whole number within its bounds."""
    text = read_text(given)
    try:
        number = int(text)
    except ValueError:
        raise fault("condition-whole-number") from None
    if not least <= number <= most:
        raise fault("condition-out-of-range", least=least, most=most)
    return number


def whole(least: int, most: int) -> tuple[BeforeValidator, Any]:
    """Return the validator of a whole number, and its bounds for the JSON schema."""
    return BeforeValidator(partial(read_whole, least=least, most=most)), Field(ge=least, le=most)


def read_decimal(given: Any) -> float:
    """Return a finite number, with a decimal point or comma; the JSON of databases has no NaN or infinity."""
    text = read_text(given)
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise fault("condition-number")
    return number


def read_day(given: Any) -> str:
    """Return an ISO date."""
    text = read_text(given)
    try:
        return date.fromisoformat(text if _ISO_DAY.fullmatch(text) else "").isoformat()
    except ValueError:
        raise fault("condition-day") from None


def read_boolean(given: Any) -> bool:
    """Return yes or no, in any of the languages."""
    text = read_text(given).lower()
    if text not in _YES | _NO:
        raise fault("condition-boolean", text=text)
    return text in _YES


def read_topic(given: Any) -> str:
    """Return the name of a topic, "brand/topic"."""
    topic = read_text(given)
    if topic.count("/") != 1 or topic.startswith("/") or topic.endswith("/"):
        raise fault("condition-topic", topic=topic)
    return topic


def read_scope(given: Any) -> str:
    """Return "brand:CODE", "topic:BRAND/TOPIC", "dispatch:NUMBER", or "" for all messages."""
    scope, _colon, name = str(given).partition(":")
    if not scope:
        return ""
    if scope not in SCOPES:
        raise fault("condition-unreadable", data=scope)
    if scope == "dispatch":
        return f"{scope}:{read_whole(name, least=1, most=WHOLE)}"
    return f"{scope}:{read_topic(name) if scope == 'topic' else read_text(name)}"


def known_as(subject: str) -> AfterValidator:
    """Return the validator of a name: it must be among the choices of the context, where these are given."""

    def check(name: str, info: ValidationInfo) -> str:
        check_choice(info.context, subject, name)
        return name

    return AfterValidator(check)


def check_choice(known: KnownNames | None, subject: str, name: Scalar) -> None:
    """Refuse a name that is not among the choices of its subject."""
    if name != "" and known and subject in known.choices and name not in known.choices[subject]:
        if subject.startswith("field:"):
            raise fault("condition-no-choice", value=name)
        raise fault("condition-gone" if subject == "of" else "condition-no-such", name=name)


# As read_text, but by pydantic itself: a list may hold ten thousand.
Blank = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]*$")]
Text = Annotated[Blank, StringConstraints(min_length=1)]
Day = Annotated[str, BeforeValidator(read_day)]
Days = Annotated[int, *whole(0, MOST_DAYS)]
Number = Annotated[int, *whole(1, WHOLE)]
TopicName = Annotated[str, BeforeValidator(read_topic)]
_READERS: Mapping[Kind, Any] = {
    "text": read_text,
    "choice": read_text,
    "integer": partial(read_whole, least=-WHOLE, most=WHOLE),
    "decimal": read_decimal,
    "boolean": read_boolean,
    "date": read_day,
}


def read_value(value: Any, *, field: str, comparison: str, known: KnownNames) -> Any:
    """Return a compared value with the type of its field: a tuple for "in" and "between", days if it is relative."""
    if comparison in WITHOUT_VALUE:
        return None
    if comparison in RELATIVE:
        return read_whole(value, least=0, most=MOST_ANNIVERSARY_DAYS if comparison == "anniversary" else MOST_DAYS)
    read = _READERS[known.kinds[field]]
    if comparison not in ("in", "between"):
        typed = read(value)
        if comparison == "=":
            check_choice(known, f"field:{field}", typed)
        return typed
    if not isinstance(value, list | tuple) or not value:
        raise fault(UNFINISHED)
    if comparison == "in":
        return check_length(tuple(dict.fromkeys(map(read, value))))
    first = read(value[0])
    try:
        last = read(value[1] if len(value) == 2 else None)
    except PydanticCustomError as wrong:
        raise fault(wrong.type, **(wrong.context or {}), place=1) from None
    if first > last:
        raise fault("condition-days-reversed" if read is read_day else "condition-values-reversed", place=1)
    return first, last


def check_length[Item](values: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the values of a list that is not too long."""
    if len(values) > LONGEST_LIST:
        raise fault("condition-long-list", most=LONGEST_LIST)
    return values
