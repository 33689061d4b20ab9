import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from esmero.people.segments import read_json
from esmero.web.console.people.conditions import Offer, Row, draw, open_conditions, read_rows, write_conditions

OFFER = Offer(
    groups=[],
    kinds={"language": "choice", "tenure": "integer", "senior": "boolean", "since": "date", "name": "text"},
    choices={"field:language": [("es", "español")], "tag": [("vip", "vip")]},
)
ROWS = st.builds(
    Row,
    what=st.sampled_from(["field:given_name", "tag", "segment"]),
    comparison=st.just("="),
    value=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    turned=st.booleans(),
) | st.builds(
    Row,
    what=st.just("permission:fibra-norte/novedades"),
    value=st.sampled_from(["granted", "none", "withdrawn"]),
    turned=st.booleans(),
)


@given(st.lists(ROWS, max_size=5), st.sampled_from(["all", "any"]))
def test_what_was_written_is_opened_again(rows, match):
    opened = open_conditions(write_conditions(rows, match=match))
    assert opened == (match if rows else "all", rows)


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_what_is_written_is_what_segments_read(rows):
    read_json(write_conditions(rows, match="all"), own={})


def test_no_row_is_everybody():
    assert write_conditions([], match="any") == {}


@pytest.mark.parametrize(
    "conditions",
    [
        {"all": [{"any": [{"tag": "a"}, {"tag": "b"}]}]},
        {"not": {"not": {"tag": "a"}}},
        {"any": [{"not": {"all": []}}]},
    ],
)
def test_what_is_nested_deeper_is_not_shown_as_rows(conditions):
    assert open_conditions(conditions) is None


def test_one_bare_condition_is_a_row():
    assert open_conditions({"field": "language", "is": "in", "value": ["es", "fr"]}) == (
        "all",
        [Row(what="field:language", comparison="in", value="es, fr")],
    )


def test_rows_of_the_form():
    post = QueryDict("row=1&row=2&what_1=tag&is_1=%3D&value_1=vip&not_1=on&what_2=field:tenure&is_2=%3E&value_2=12")
    assert read_rows(post) == [
        Row(what="tag", value="vip", turned=True),
        Row(what="field:tenure", comparison=">", value="12"),
    ]
    gone = post.copy()
    gone["act"] = "remove:1"
    assert [row.what for row in read_rows(gone)] == ["field:tenure"]


@pytest.mark.parametrize(
    ("row", "values", "typed"),
    [
        (Row(what="field:language"), ["es"], "text"),
        (Row(what="field:language", comparison="in"), [], "text"),
        (Row(what="field:language", comparison="known"), [], ""),
        (Row(what="field:tenure", comparison=">"), [], "number"),
        (Row(what="field:senior"), ["yes", "no"], "text"),
        (Row(what="field:since", comparison="<"), [], "date"),
        (Row(what="tag"), ["vip"], "text"),
        (Row(what="topic:a/b"), ["yes", "no"], ""),
    ],
)
def test_each_row_gets_the_controls_that_fit(row, values, typed):
    control = draw(row, offer=OFFER)
    assert [value for value, _words in control.values] == values
    assert control.typed == typed
