"""What FTS5 keeps of a removed text is gone after the purge, from the file itself."""

import pytest
from django.db import connection, transaction

from esmero.rounds.table import JOBS
from esmero.search import purging
from esmero.search.indexing import SearchEntry, index, remove
from esmero.search.models import SubjectKind
from esmero.work.jobs import run_to_end
from esmero.work.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = SubjectKind.PERSON


def _stored() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT block FROM search_trigrams_data")
        return b"".join(block for (block,) in cursor.fetchall())


def _configure(**options: int) -> None:
    with connection.cursor() as cursor:
        for name, value in options.items():
            cursor.execute("INSERT INTO search_trigrams(search_trigrams, rank) VALUES (%s, %s)", [name, value])


@pytest.fixture
def no_merge_by_itself():
    """Keep FTS5 from merging parts while texts are written, so that removed ones stay until the purge."""
    _configure(automerge=0, crisismerge=1000)
    yield
    _configure(automerge=4, crisismerge=16)  # the defaults of FTS5


@pytest.mark.usefixtures("no_merge_by_itself")
def test_no_letter_of_a_removed_text_stays(monkeypatch):
    monkeypatch.setattr(purging, "_PAGES", 1)
    for number in range(40):  # each is a part of the index of its own
        with transaction.atomic():
            index(PERSON, [SearchEntry(subject_id=number, title="", fields=(f"Begoña {number}",))])
    with transaction.atomic():
        index(PERSON, [SearchEntry(subject_id=99, title="", fields=("qxj",))])
    with transaction.atomic():
        remove(PERSON, [99])
        remove(PERSON, [0])
    [job] = Job.objects.all()  # one for both
    assert b"qxj" in _stored() or b"xj" in _stored()
    job = run_to_end(job, kinds=JOBS, worker="test")
    assert job.state == Job.State.DONE, job.trouble
    # Terms are stored without the letters that they share with the one before.
    assert b"xj" not in _stored()
    assert b"eg" in _stored()


def test_nothing_removed_asks_for_no_purge():
    with transaction.atomic():
        remove(PERSON, [99])
    assert not Job.objects.exists()
