"""A rebuild brings the index to what the tables say, from any state, in pieces, and resumes where it was stopped."""

import pytest
from django.db import connection

from esmero.people.models import Person
from esmero.rounds.search_sources import SOURCES, run_rebuild
from esmero.search import rebuilding
from esmero.search.indexing import SearchEntry, index
from esmero.search.models import SearchText, SubjectKind
from esmero.search.rebuilding import REBUILD, empty_index, request_rebuild
from esmero.work.jobs import run_to_end
from esmero.work.models import Job
from tests.house_facts import add_people, build_house
from tests.search.test_finding import check_index

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
PERSON = SubjectKind.PERSON


@pytest.fixture
def expected():
    add_people(build_house(), 7)
    return list(SearchText.objects.order_by("id").values_list("id", "rank", "title", "folded"))


def _rows():
    return list(SearchText.objects.order_by("id").values_list("id", "rank", "title", "folded"))


def _damage():
    first, last = Person.objects.order_by("id").first(), Person.objects.order_by("id").last()
    SearchText.objects.filter(pk=PERSON.key_of(first.pk)).update(folded=" wrong")
    SearchText.objects.filter(pk=PERSON.key_of(last.pk)).delete()
    index(
        PERSON, [SearchEntry(subject_id=one, title="gone", fields=("gone",)) for one in (last.pk + 1, last.pk + 10**6)]
    )


@pytest.mark.parametrize("size", [1, 3, 7, 8])
def test_what_is_wrong_missing_or_left_over_is_set_right(expected, monkeypatch, size):
    monkeypatch.setattr(rebuilding, "_CHUNK", size)
    _damage()
    job = request_rebuild(by="test")
    assert request_rebuild(by="test") == job
    job = run_to_end(job, kinds={REBUILD: run_rebuild}, worker="test")
    assert (job.state, job.done, job.total) == (Job.State.DONE, 7, 7)
    assert _rows() == expected
    check_index()


def test_stopped_after_a_chunk_it_goes_on_there(expected, monkeypatch):
    monkeypatch.setattr(rebuilding, "_CHUNK", 3)
    _damage()
    asked = []
    source = SOURCES[0]

    def index_next(after, most):
        asked.append(after)
        if len(asked) == 2:
            raise OSError("the plug is pulled")
        return source.index_next(after, most)

    sources = (rebuilding.SearchSource(source.kind, source.count, index_next),)
    kinds = {REBUILD: lambda job: rebuilding.rebuild_chunk(job, sources=sources)}
    job = run_to_end(request_rebuild(by="test"), kinds=kinds, worker="test")
    assert job.state == Job.State.WAITING
    job = run_to_end(job, kinds=kinds, worker="test")
    assert job.state == Job.State.DONE
    assert asked[1] == asked[2] > 0  # the chunk that failed comes again, the first does not
    assert _rows() == expected


@pytest.mark.django_db(transaction=True)
def test_a_damaged_index_is_emptied_and_made_anew(expected):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_trigrams_data")  # damaged
    empty_index()
    assert not SearchText.objects.exists()
    check_index()
    run_to_end(request_rebuild(by="test"), kinds={REBUILD: run_rebuild}, worker="test")
    assert _rows() == expected
    check_index()
