"""What is found equals a plain folded comparison, on both databases, whatever texts and words there are."""

from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esmero.house.models import Brand
from esmero.search.finding import find_ids, has_words, search
from esmero.search.indexing import SearchEntry, index, remove
from esmero.search.models import SearchText, SubjectKind
from esmero.text_folding import fold
from tests.house_facts import build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
PERSON = SubjectKind.PERSON

# Few letters, so that parts of words often meet; signs that the languages of queries and tsvectors know; accents, signs
# that fold to several letters, letters beyond the first plane of Unicode.
LETTERS = "abABñéÀçœßİ'\"\\%_*:&|!()<>-@.+0中\N{ZERO WIDTH SPACE}\N{GRINNING FACE}\N{MATHEMATICAL BOLD CAPITAL A}"
words = st.text(st.sampled_from(LETTERS), min_size=1, max_size=9)
fields = st.lists(words | st.text(max_size=12), min_size=1, max_size=6).map(" ".join)
texts = st.lists(st.tuples(fields, fields), min_size=1, max_size=12)


def compare(texts: Sequence[tuple[str, ...]], query: str) -> list[int]:
    """Return the places of the texts that have each word of a query: inside a word, one of fewer than three letters
    where a word begins."""
    folded = [fold(" ".join(one).replace("\0", " ")).split() for one in texts]
    wanted = fold(query.replace("\0", " ")).split()
    return [
        place
        for place, one in enumerate(folded)
        if all(any(word in part if len(word) > 2 else part.startswith(word) for part in one) for word in wanted)
    ]


def write(texts: Sequence[tuple[str, ...]], *, brands: Sequence[int | None] = ()) -> None:
    given = brands or [None] * len(texts)
    index(
        PERSON,
        [
            SearchEntry(subject_id=place, title=one[0], fields=one, brand_id=brand)
            for place, (one, brand) in enumerate(zip(texts, given, strict=True))
        ],
    )


def check_index() -> None:
    """Let FTS5 compare its index with the texts; it raises an error if they differ."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_trigrams(search_trigrams, rank) VALUES ('integrity-check', 1)")


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=texts, later=texts, queries=st.lists(words | fields, min_size=1, max_size=8), data=st.data())
def test_what_is_found_equals_a_plain_folded_comparison(texts, later, queries, data):
    parts = [one[0] for one in (*texts, *later)]
    with transaction.atomic():
        SearchText.objects.all().delete()
        write(texts)
        write(later)  # some changed, some new
        written = [*later, *texts[len(later) :]]
        gone = data.draw(st.sets(st.integers(0, len(written) - 1)))
        remove(PERSON, gone)
        for text in parts:
            begin = data.draw(st.integers(0, len(text)))
            queries.append(text[begin : begin + data.draw(st.integers(1, 6))])
        for query in queries:
            expected = [place for place in compare(written, query) if place not in gone]
            assert sorted(find_ids(PERSON, text=query, most=100)) == expected, query
            held = SearchText.objects.alias(number=_number()).filter(has_words(PERSON, query, column="number"))
            assert sorted(row.subject_id for row in held) == expected, query
            if fold(query.replace("\0", " ")):
                assert sorted(hit.subject_id for hit in search(query, kinds=[PERSON], limit=100)) == expected, query
        check_index()


def _number():
    from django.db.models import F

    return F("id") - PERSON.first_key


def test_of_more_than_asked_for_one_more_is_given():
    write([("Begoña Muñoz",)] * 12)
    for text in ("uñoz", "mu", "m", ""):
        assert len(find_ids(PERSON, text=text, most=5)) == 6
        assert sorted(find_ids(PERSON, text=text, most=12)) == list(range(12))


def test_another_kind_is_not_found():
    write([("Begoña",)])
    SearchText.objects.bulk_create([SearchText(id=key, folded="begona", trigrams="begona") for key in (7, 2 << 48)])
    assert find_ids(PERSON, text="begona", most=10) == [0]
    assert find_ids(PERSON, text="be", most=10) == [0]


def test_only_the_brands_asked_for_and_the_whole_house_are_found():
    ours = build_house().brand
    theirs = Brand.objects.create(slug="otra", name="Otra", sender_name="Otra", sender_address="a@otra.example")
    write([("Begoña",)] * 3, brands=[None, ours.pk, theirs.pk])
    assert sorted(find_ids(PERSON, text="goña", most=10)) == [0, 1, 2]
    assert sorted(find_ids(PERSON, text="goña", most=10, brands=[ours.pk])) == [0, 1]
    assert find_ids(PERSON, text="goña", most=10, brands=[]) == [0]


def test_the_best_come_first():
    titles = ["Mariana Gil", "Gil Ana", "Ana Gil", "Liana"]
    write([(title,) for title in titles])
    found = search("ANA", kinds=[PERSON], limit=3)
    assert [hit.title for hit in found] == ["Ana Gil", "Gil Ana", "Liana"]


@pytest.mark.parametrize("text", ["begoña", "uno", "xyz abc"])
def test_the_index_answers_and_not_a_scan(text):
    write([(f"Begoña Muñoz {place}",) for place in range(1500)])
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        find_ids(PERSON, text=text, most=10)
    [query] = asked
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {query['sql']}")
            assert "search_trigrams" in " ".join(row[0] for row in cursor.fetchall())
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            first, second = (row[3] for row in cursor.fetchall())
            assert first.startswith("SCAN search_trigrams VIRTUAL TABLE INDEX")
            assert second.startswith("SEARCH esmero_searchtext USING INTEGER PRIMARY KEY")
