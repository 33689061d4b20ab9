"""Describe charts as values; the browser draws them, and a table holds the same numbers.

The drawing is made by assets/js/charts.js (ECharts as SVG), which a page loads only if it shows a chart: it takes the
JSON of `Chart.drawing` from an attribute. Nothing in it is HTML, and colours are the tokens' numbers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.formats import get_format, number_format
from django.utils.functional import Promise

type Words = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Hold one series of numbers, one for each category (None: unknown).

    `fill` is a data colour, 1 to 6. `machines`: drawn grey, dashed or hatched, whatever the fill. `low` and `high`
    are the bounds of an interval, drawn as a band around a line.
    """

    name: Words
    values: Sequence[float | None]
    fill: int = 1
    machines: bool = False
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Describe a chart.

    `categories` are the axis labels, `heads` the longer ones for table and tooltip. `kind`: line, bar (side by side)
    or stack (on top of each other). `unit` follows each number, with `decimals` places. `first` is the title of the
    table's first column.
    """

    title: Words
    first: Words
    categories: Sequence[str]
    series: Sequence[Series]
    kind: Literal["line", "bar", "stack"] = "line"
    unit: str = ""
    decimals: int = 0
    heads: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether all values are zero or unknown."""
        return not any(value for series in self.series for value in series.values)

    @property
    def drawing(self) -> str:
        """Return the chart as JSON for the browser."""
        return json.dumps(
            {
                "title": str(self.title),
                "kind": self.kind,
                "unit": self.unit,
                "decimals": self.decimals,
                "group": get_format("THOUSAND_SEPARATOR"),
                "categories": list(self.categories),
                "heads": list(self.heads or self.categories),
                "series": [
                    {
                        "name": str(one.name),
                        "fill": 6 if one.machines else one.fill,
                        "machines": one.machines,
                        "values": list(one.values),
                        **({"low": list(one.low), "high": list(one.high)} if one.low else {}),
                    }
                    for one in self.series
                ],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """Return the rows of the table: (category, formatted numbers)."""
        heads = self.heads or self.categories
        return [(head, [self._say(one, place) for one in self.series]) for place, head in enumerate(heads)]

    def _say(self, series: Series, place: int) -> str:
        value = series.values[place]
        if value is None:
            return "–"
        words = self._number(value)
        low, high = (bounds[place] if bounds else None for bounds in (series.low, series.high))
        return f"{words} ({self._number(low)}–{self._number(high)})" if low is not None and high is not None else words

    def _number(self, value: float) -> str:
        text = str(number_format(value, decimal_pos=self.decimals, force_grouping=True))
        return f"{text} {self.unit}" if self.unit else text
