"""Define the contributions of an area to the console; each `<area>/area.py` gives one `Area`.

console/areas.py lists the areas. This module imports no view, so that views may import its types.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.urls import URLPattern
from django.utils.functional import Promise

from esmero.house.models import Brand, User
from esmero.house.rights import Right


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPlace:
    """Describe a page of the menu.

    `subject` is the value that its views pass to `show`, `letter` follows "g" on the keyboard, `under` names the
    parent subject, `icon` shows it in the bottom bar of a phone with `short` as its name, `apart` starts a new group,
    `demo` limits it to demo installations, `count` returns the text after its name in the menu.
    """

    subject: str
    address: str
    words: str | Promise
    letter: str
    under: str = ""
    permission: Right = "house.read"
    icon: str = ""
    short: str | Promise = ""
    apart: bool = False
    demo: bool = False
    count: Callable[[Brand], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAction:
    """Describe an action to start, limited to users with the permission; the lowest rank is listed first."""

    rank: int
    address: str
    words: str | Promise
    permission: Right


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """Describe one result of the command palette: label, further facts and URL."""

    words: str | Promise
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteSource:
    """Search one kind of object: `find` takes the text and the most results."""

    title: str | Promise
    find: Callable[[str, int], list[SearchHit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteNames:
    """Let the command palette find rows by their column `name`; all kinds together cost one query.

    `kind` is also the route of an object's page, `title` says in a result which kind it is.
    """

    kind: str
    title: str | Promise
    rows: Callable[[Brand | None], QuerySet[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """Represent one displayed timeline entry: text, appearance and details below it."""

    at: datetime
    text: str
    state: str = ""
    note: str = ""
    quote: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayLine:
    """Represent one line of Today that waits for a person.

    `when` is a moment, a day or a chip, coloured by `look`; `words` link to `url`; `detail` (with `wrap`: long words
    are broken) and the fainter `more` stand below; `act` links to the page that decides it.
    """

    words: object = ""
    url: str = ""
    when: str = ""
    look: Literal["", "wait", "broken"] = ""
    detail: object = ""
    wrap: bool = False
    more: str = ""
    act: str = ""
    act_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLine:
    """Represent work in progress on Today: a link, its state as a chip, its measure and the text below it."""

    words: str
    url: str
    state: str
    done: int = 0
    broken: int = 0
    total: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayRequest:
    """Say for whom, for which brand and when Today is shown, and keep the results that several lines need."""

    user: User
    brand: Brand
    now: datetime
    _results: dict[Any, Any] = field(default_factory=dict)

    def once[T](self, read: Callable[..., T], **arguments: Any) -> T:
        """Return the result of a query, from the first call with these arguments."""
        key = (read, *sorted(arguments.items()))
        if key not in self._results:
            self._results[key] = read(**arguments)
        result: T = self._results[key]
        return result


type ListLines = Callable[[TodayRequest], Sequence[TodayLine]]
type ListRunning = Callable[[TodayRequest], Sequence[RunningLine]]
type DescribeEntry = Callable[[datetime, Mapping[str, Any]], TimelineLine]
type Undo = Callable[[Mapping[str, Any], User], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Hold the contributions of one area.

    `undos` maps kinds of undoable actions to their inverse, `timeline` kinds of entries (dossier/timeline.py) to their
    description, `today` the rank of lines below "To decide" (the lowest first) to the function that lists them.
    """

    name: str
    urls: Sequence[URLPattern] = ()
    places: tuple[MenuPlace, ...] = ()
    starts: tuple[StartAction, ...] = ()
    searches: tuple[PaletteSource, ...] = ()
    names: tuple[PaletteNames, ...] = ()
    undos: Mapping[str, Undo] = field(default_factory=dict)
    timeline: Mapping[str, DescribeEntry] = field(default_factory=dict)
    today: Mapping[int, ListLines] = field(default_factory=dict)
    running: tuple[ListRunning, ...] = ()
