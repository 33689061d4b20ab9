"""Writers queue on the file lock: many threads write, none is refused, and a reader never waits for them."""

import threading

import pytest
from django.db import connection, transaction

from esmero.people.models import Tag

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the queue is SQLite's"),
]


def test_many_writers_all_get_their_turn():
    faults = []

    def write(name):
        try:
            for n in range(20):
                with transaction.atomic():
                    Tag.objects.create(name=f"{name}-{n}")
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert Tag.objects.count() == 160


def test_a_reader_does_not_wait_for_a_writer():
    inside, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Tag.objects.create(name="held")
            inside.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(10)
    assert Tag.objects.count() == 0  # answered while the other transaction is open
    done.set()
    thread.join()
    assert Tag.objects.count() == 1


def test_the_lock_is_let_go_when_a_transaction_fails():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Tag.objects.create(name="never")
        1 / 0  # noqa: B018
    with transaction.atomic():
        Tag.objects.create(name="after")
    assert Tag.objects.get().name == "after"
