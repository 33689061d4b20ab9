"""Numbers without a gap, each once: with rollbacks, and with several processes that want one at the same time."""

import threading

import pytest
from django.db import connection, transaction

from esmero.house.issuers.number_series import (
    SeriesHeadTaken,
    SeriesStarted,
    allocate_number,
    open_series,
    write_number,
)
from esmero.house.models import AuditEntry, Issuer, NumberSeries

THREADS, EACH = 4, 12


def interrupt(turn):
    if turn % 3 == 0:
        raise InterruptedError


def make_issuer():
    return Issuer.objects.create(name="Fibra Norte, S.L.")


@pytest.mark.django_db
def test_numbers_follow_each_other_in_each_series():
    issuer = make_issuer()
    with transaction.atomic():
        first = [allocate_number(issuer, prefix="F", year=2026) for _ in range(3)]
        other = allocate_number(issuer, prefix="F", year=2027)
        plain = allocate_number(issuer, prefix="")
        foreign = allocate_number(make_issuer(), prefix="F", year=2026)
    assert [one.text for one in first] == ["F2026-00001", "F2026-00002", "F2026-00003"]
    assert (other.text, plain.text, foreign.number) == ("F2027-00001", "00001", 1)
    assert [one.number for one in first] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_number_needs_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        allocate_number(make_issuer(), prefix="F")


@pytest.mark.django_db
def test_what_was_rolled_back_leaves_no_gap():
    issuer = make_issuer()
    with transaction.atomic():
        allocate_number(issuer, prefix="F")
    with pytest.raises(InterruptedError), transaction.atomic():
        assert allocate_number(issuer, prefix="F").number == 2
        raise InterruptedError
    with transaction.atomic():
        assert allocate_number(issuer, prefix="F").number == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_open", [True, False])
def test_many_at_once_get_each_number_once_and_none_is_missing(is_open):
    issuer = make_issuer()
    if is_open:
        open_series(issuer, prefix="F", year=2026, first=1, by="Lucía")
    found, start = [], threading.Barrier(THREADS)

    def work(place):
        try:
            start.wait()
            for turn in range(EACH):
                try:
                    with transaction.atomic():
                        number = allocate_number(issuer, prefix="F", year=2026).number
                        interrupt(turn + place)
                except InterruptedError:
                    continue
                found.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, len(found) + 1))
    assert len(found) == THREADS * EACH * 2 // 3


@pytest.mark.django_db
def test_the_first_number_is_set_until_one_is_given():
    issuer = make_issuer()
    open_series(issuer, prefix="R", year=0, first=40, by="Lucía")
    series = open_series(issuer, prefix="R", year=0, first=120, by="Lucía")
    assert write_number(series, series.next_number) == "R-00120"
    with transaction.atomic():
        assert allocate_number(issuer, prefix="R").number == 120
    with pytest.raises(SeriesStarted, match="series-started"):
        open_series(issuer, prefix="R", year=0, first=1, by="Lucía")
    assert NumberSeries.objects.get().next_number == 121
    assert AuditEntry.objects.filter(action="issuer.series").count() == 2


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other"), [(("F", 2026), ("F2026", 0)), (("", 2026), ("2026", 0)), (("F2", 26), ("F", 226))]
)
def test_two_series_of_an_issuer_never_print_the_same_numbers(one, other):
    issuer = make_issuer()
    for first, second in ((one, other), (other, one)):
        open_series(issuer, prefix=first[0], year=first[1], first=1, by="Lucía")
        with pytest.raises(SeriesHeadTaken):
            open_series(issuer, prefix=second[0], year=second[1], first=1, by="Lucía")
        with pytest.raises(SeriesHeadTaken), transaction.atomic():
            allocate_number(issuer, prefix=second[0], year=second[1])
        issuer = make_issuer()
