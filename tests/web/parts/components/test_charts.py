import json

from django.utils.translation import override

from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.rates import find_interval, format_estimate, format_share
from esmero.web.parts.components.small_tables import SmallTable, SmallTableCell


def chart(**facts):
    series = [
        Series(name="people", values=[1200, None], low=[1100, None], high=[1300, None]),
        Series(name="machines", values=[0, 3], machines=True, fill=2),
    ]
    return Chart(**{"title": "Clicks", "first": "Day", "categories": ["1", "2"], "series": series, **facts})


def test_the_table_behind_a_chart_has_the_same_numbers_with_their_bounds():
    assert chart(heads=["Monday", "Tuesday"]).rows == [
        ("Monday", ["1,200 (1,100–1,300)", "0"]),
        ("Tuesday", ["–", "3"]),
    ]


def test_machines_are_grey_whatever_colour_was_given():
    drawing = json.loads(chart().drawing)
    assert [one["fill"] for one in drawing["series"]] == [1, 6]
    assert drawing["heads"] == ["1", "2"]


def test_the_axes_group_numbers_as_the_tables_do():
    for language, mark in (("en", ","), ("es", "\u00a0"), ("fr", "\u00a0")):
        with override(language):
            assert json.loads(chart().drawing)["group"] == mark
            assert f"1{mark}200" in chart().rows[0][1][0]


def test_a_chart_of_nothing_is_empty():
    nothing = Series(name="people", values=[0, None])
    assert chart(series=[nothing]).is_empty
    assert not chart().is_empty


# Newcombe 1998, table I, method 3 (Wilson's score without continuity correction).
PUBLISHED = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


def test_intervals_are_those_that_were_published():
    for part, whole, low, high in PUBLISHED:
        found = find_interval(part, whole)
        assert (round(found[0], 4), round(found[1], 4)) == (low, high)


def test_a_rate_of_nothing_is_a_dash():
    assert format_share(0, 0) == format_estimate(0, 0) == "–"
    assert format_share(1, 8) == "12.5\N{NO-BREAK SPACE}%"
    assert (format_share(2, 3), format_share(1, 3)) == ("66.7\N{NO-BREAK SPACE}%", "33.3\N{NO-BREAK SPACE}%")
    assert format_share(99_999, 100_000) == "99.9\N{NO-BREAK SPACE}%", "all of them are a hundred, and nothing else"


def test_a_file_of_a_sheet_has_values_and_no_formulas():
    rows = [
        [SmallTableCell(text="=1+1"), 5, SmallTableCell(text="50 %", plain=0.5)],
        ["others", -2, SmallTableCell(text="–")],
    ]
    sheet = SmallTable(key="x", title="X", heads=["a", "b", "c"], rows=rows)
    assert sheet.write() == [["a", "b", "c"], ["'=1+1", "5", "0.5"], ["others", "-2", "–"]]
