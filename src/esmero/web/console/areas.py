"""List the areas of the console and collect their contributions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern
from django.utils.module_loading import import_string

from esmero.web.console.area import (
    Area,
    DescribeEntry,
    ListLines,
    ListRunning,
    MenuPlace,
    PaletteNames,
    PaletteSource,
    StartAction,
    Undo,
)

# In the order of the menu. Names instead of imports, because the views of an area import the menu and the undo.
AREAS: tuple[str, ...] = (
    "esmero.web.console.today.area.AREA",
    "esmero.web.console.people.area.AREA",
    "esmero.web.console.messages.area.AREA",
    "esmero.web.console.returns.area.AREA",
    "esmero.web.console.reports.area.AREA",
    "esmero.web.console.conversations.area.AREA",
    "esmero.web.console.catcher.area.AREA",
    "esmero.web.console.settings.area.AREA",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """Hold the contributions of all areas; `today` is in the order of the page."""

    urls: Sequence[URLPattern]
    places: Sequence[MenuPlace]
    starts: Sequence[StartAction]
    searches: Sequence[PaletteSource]
    names: Mapping[str, PaletteNames]
    undos: Mapping[str, Undo]
    timeline: Mapping[str, DescribeEntry]
    today: Sequence[ListLines]
    running: Sequence[ListRunning]


@cache
def collect_contributions() -> Contributions:
    """Return the contributions of AREAS; console/urls.py calls it at the start, so a conflict stops the start."""
    return merge_areas([import_string(path) for path in AREAS])


def merge_areas(areas: Sequence[Area]) -> Contributions:
    """Merge the contributions of areas; ValueError names both if two claim one key of a kind."""
    _refuse_doubles(areas, what="name", keys=lambda area: [area.name])
    _refuse_doubles(areas, what="letter", keys=lambda area: [place.letter for place in area.places])
    _refuse_doubles(areas, what="subject", keys=lambda area: [place.subject for place in area.places])
    _refuse_doubles(areas, what="route", keys=lambda area: {str(one.name) for one in area.urls})
    _refuse_doubles(areas, what="start action", keys=lambda area: [act.address for act in area.starts])
    return Contributions(
        urls=[one for area in areas for one in area.urls],
        places=[place for area in areas for place in area.places],
        starts=sorted((act for area in areas for act in area.starts), key=lambda act: act.rank),
        searches=[source for area in areas for source in area.searches],
        names=_merge_tables(areas, what="palette kind", table=lambda area: {one.kind: one for one in area.names}),
        undos=_merge_tables(areas, what="undo kind", table=lambda area: area.undos),
        timeline=_merge_tables(areas, what="timeline kind", table=lambda area: area.timeline),
        today=[
            lines
            for _rank, lines in sorted(
                _merge_tables(areas, what="rank of Today", table=lambda area: area.today).items()
            )
        ],
        running=[lines for area in areas for lines in area.running],
    )


def _merge_tables[K, V](areas: Sequence[Area], *, what: str, table: Callable[[Area], Mapping[K, V]]) -> dict[K, V]:
    _refuse_doubles(areas, what=what, keys=table)
    return {key: value for area in areas for key, value in table(area).items()}


def _refuse_doubles(areas: Sequence[Area], *, what: str, keys: Callable[[Area], Iterable[Any]]) -> None:
    owners: dict[Any, str] = {}
    for area in areas:
        for key in keys(area):
            if key in owners:
                raise ValueError(f"The {what} {key!r} is claimed by the areas {owners[key]} and {area.name}")
            owners[key] = area.name
