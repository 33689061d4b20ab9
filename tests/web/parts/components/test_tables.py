"""Lists by their description: order, pages by key, filters, files, and what a bulk act is meant for."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.utils import timezone

from esmero.lists.columns import Column
from esmero.lists.filters import field_filter
from esmero.lists.listing import MOST_COUNTED, Listing, read_list_request
from esmero.people.models import Person, Tag
from esmero.web.parts.components.tables import build_table, pick_rows, write_csv

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

LISTING = Listing(
    page="people",
    order="name",
    search=lambda rows, text: rows.filter(folded__contains=text),
    search_title="Name",
    columns=(
        Column(key="name", title="Name", value=lambda one: one.given_name, order=("folded", "id"), head=True),
        Column(key="added", title="Since", value=lambda one: "", order=("created_at", "id")),
        Column(key="number", title="Number", value=lambda one: one.number or "", shown=False),
    ),
    filters=(field_filter("language", title="Language", every="Every", choices=lambda: [("es", "es"), ("fr", "fr")]),),
    size=3,
)


def people(number):
    start = timezone.now()
    rows = [
        Person(given_name=f"Ann {n}", folded=f"ann {n % 3}", number=str(n), language="es" if n % 2 else "fr")
        for n in range(number)
    ]
    Person.objects.bulk_create(rows)
    for n, row in enumerate(rows):
        Person.objects.filter(pk=row.pk).update(created_at=start - timedelta(minutes=n % 4))
    return list(Person.objects.all())


def walk(query):
    """Collect the rows of all pages, as a reader would who follows *next page*."""
    seen, after = [], ""
    while True:
        asked = QueryDict(f"{query}&after={quote(after)}" if after else query)
        table = build_table(
            Person.objects.all(), listing=LISTING, params=read_list_request(asked, listing=LISTING), query=asked
        )
        seen += [line.pk for line in table.lines]
        if table.following is None:
            return seen
        after = table.following


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("name", lambda one: (one.folded, one.pk)),
        ("-name", lambda one: (one.folded, one.pk)),
        ("added", lambda one: (one.created_at, one.pk)),
        ("-added", lambda one: (one.created_at, one.pk)),
    ],
)
def test_all_pages_together_are_the_sorted_list(sort, key):
    rows = people(11)
    assert walk(f"sort={sort}") == [one.pk for one in sorted(rows, key=key, reverse=sort.startswith("-"))]


def test_filters_and_search_narrow_what_is_walked():
    rows = people(11)
    wanted = [one.pk for one in sorted(rows, key=lambda one: (one.folded, one.pk)) if one.language == "es"]
    assert walk("language=es") == wanted
    assert walk("language=es&q=ann+1") == [pk for pk in wanted if Person.objects.get(pk=pk).folded == "ann 1"]


@pytest.mark.parametrize(
    "query", ["sort=number", "sort=nonsense", "language=xx", "after=[1]", "after={}", 'after=["a","b"]', "cols=zzz"]
)
def test_what_cannot_be_asked_for_is_left_out(query):
    rows = people(2)
    assert sorted(walk(query)) == sorted(one.pk for one in rows)


def test_columns_are_the_readers_choice():
    people(1)
    for query, heads in (("", ["name", "added"]), ("cols=number", ["name", "number"])):
        asked = QueryDict(query)
        table = build_table(
            Person.objects.all(), listing=LISTING, params=read_list_request(asked, listing=LISTING), query=asked
        )
        assert [head.column.key for head in table.heads] == heads


def test_a_page_costs_two_queries(django_assert_num_queries):
    people(9)
    asked = QueryDict("q=ann&language=es")
    with django_assert_num_queries(2):
        build_table(
            Person.objects.all(), listing=LISTING, params=read_list_request(asked, listing=LISTING), query=asked
        )


def test_a_file_holds_the_narrowed_list_in_order_and_no_formula():
    people(3)
    Person.objects.filter(number="1").update(given_name="=HYPERLINK(1)")
    asked = QueryDict("sort=-name")
    lines = list(write_csv(Person.objects.all(), listing=LISTING, params=read_list_request(asked, listing=LISTING)))
    assert lines == [
        ["Name", "Since", "Number"],
        ["Ann 2", "", "2"],
        ["'=HYPERLINK(1)", "", "1"],
        ["Ann 0", "", "0"],
    ]


def test_a_bulk_act_is_for_the_ticked_or_for_all_that_the_list_showed():
    rows = people(8)
    ticked = QueryDict(f"pick={rows[0].pk}&pick={rows[3].pk}&pick=drop")
    assert set(pick_rows(Person.objects.all(), listing=LISTING, post=ticked)) == {rows[0], rows[3]}
    shown = QueryDict("scope=all&query=language%3Des")
    assert set(pick_rows(Person.objects.all(), listing=LISTING, post=shown)) == {o for o in rows if o.language == "es"}


def test_the_count_is_bounded():
    assert MOST_COUNTED == 2_000
    Tag.objects.bulk_create(Tag(name=f"t{n}") for n in range(MOST_COUNTED + 2))
    listing = Listing(
        page="tags", order="name", columns=(Column(key="name", title="Tag", value=str, order=("id",), head=True),)
    )
    asked = QueryDict("")
    table = build_table(
        Tag.objects.all(), listing=listing, params=read_list_request(asked, listing=listing), query=asked
    )
    assert table.number is None


def test_what_a_search_finds_is_left_uncounted_beyond_a_page_where_each_row_is_dear(django_assert_num_queries):
    Tag.objects.bulk_create(Tag(name=f"t{n}") for n in range(9))
    listing = Listing(
        page="tags",
        order="name",
        columns=(Column(key="name", title="Tag", value=str, order=("id",), head=True),),
        search=lambda rows, text: rows.filter(name__contains=text),
        size=4,
        count_found=False,
    )
    for text, number, queries in (("t", None, 1), ("t1", 1, 1), ("", 9, 2)):
        asked = QueryDict(f"q={text}")
        with django_assert_num_queries(queries):
            table = build_table(
                Tag.objects.all(), listing=listing, params=read_list_request(asked, listing=listing), query=asked
            )
        assert table.number == number
        assert table.counted == (4 if text else MOST_COUNTED)
