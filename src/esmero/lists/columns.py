"""Describe the columns of a list by the meaning of their values; a page or an API draws each meaning in its own way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Text:
    """Mean words that are shown as they are."""


@dataclass(frozen=True, slots=True)
class Number:
    """Mean a number; None means that it is not known."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """Mean an e-mail address."""


@dataclass(frozen=True, slots=True)
class Translated:
    """Mean words in several languages: {language: text}."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Mean a time, or a day; `form` is the name of a format (parts/components/times.py), "" as short as is clear."""

    form: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Mean a state of an object: a code that has a label and a look in the table of labels `kind`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Mean one of several codes that have a label in the table of labels `kind`."""

    kind: str


@dataclass(frozen=True, slots=True)
class ObjectLink:
    """Mean the name of an object of `kind`; `key` returns its key from a row, None where there is no object."""

    kind: str
    key: Callable[[Any], object] = lambda row: row.pk


type Shape = Text | Number | EmailAddress | Translated | Moment | State | Choice | ObjectLink

TEXT, NUMBER, EMAIL_ADDRESS, TRANSLATED, MOMENT = Text(), Number(), EmailAddress(), Translated(), Moment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Describe one column.

    `value` reads a row's value, `shape` is its meaning. `file_value` replaces the value in a CSV file. `order` names
    the fields to sort by, the last of them unique; without it the column cannot be sorted. `head` is the cell that
    names the row, `quiet` cells are dimmed, `label` precedes the value on a phone, `numeric` cells stand at the right,
    `shown` is whether a reader sees it who has not chosen columns, `act` cells hold a button and are in no file.
    """

    key: str
    title: Words
    value: Callable[[Any], Any]
    shape: Shape = TEXT
    file_value: Callable[[Any], object] | None = None
    order: tuple[str, ...] = ()
    head: bool = False
    numeric: bool = False
    quiet: bool = False
    label: Words = ""
    shown: bool = True
    act: bool = False


def name_column(kind: str, *, title: Words, value: Callable[[Any], Any] = str, **more: Any) -> Column:
    """Describe the column that names a row and links to it, as "name"."""
    return Column(key="name", title=title, value=value, shape=ObjectLink(kind), head=True, **more)


def moment_column(key: str, title: Words, value: Callable[[Any], Any], *, form: str = "", **more: Any) -> Column:
    """Describe a column of times; its cells are quiet."""
    return Column(key=key, title=title, value=value, shape=Moment(form), **{"quiet": True, **more})


def state_column(title: Words, kind: str, *, key: str = "state", **more: Any) -> Column:
    """Describe the column of a row's state, read from its field `key` unless a `value` is given."""
    return Column(key=key, title=title, shape=State(kind), **{"value": lambda row: getattr(row, key), **more})
