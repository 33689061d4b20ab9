"""Wake-ups between threads and processes: by NOTIFY on PostgreSQL, by named pipes on SQLite."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from esmero.house.models import Brand, Happening
from esmero.work.models import Job
from esmero.work.stop_signal import StopSignal, wait_readable
from esmero.work.wake_listener import CAPACITY, WakeListener
from esmero.work.wakeups import LOOK_EVERY, UNHEARD, Sleeper, pipe_folder, wake, wake_here, write_pipes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@contextmanager
def listening(*tables):
    """Give a sleeper that hears wake-ups; what it was woken by at the start is forgotten."""
    sleeper = Sleeper(*tables)
    with WakeListener([sleeper]) as listener:
        assert listener.is_listening.wait(60)
        sleeper.take()
        yield sleeper


def heard(sleeper):
    """Wait for a wake-up and give the topics; a last one, which is known to come, tells that no other is under way."""
    wake(Brand)
    topics = set()
    while "brand" not in topics:
        assert wait_readable(sleeper.fileno(), seconds=60)
        topics |= sleeper.take()
    return topics - {"brand"}


def test_a_sleeper_is_woken_for_its_tables_when_the_transaction_commits():
    with listening(Job, Brand) as sleeper:
        with transaction.atomic():
            wake(Job)
            wake(Happening)
            assert not wait_readable(sleeper.fileno(), seconds=0)
        assert heard(sleeper) == {"job"}


def test_outside_of_a_transaction_it_is_woken_at_once():
    with listening(Job, Brand) as sleeper:
        wake(Job)
        assert heard(sleeper) == {"job"}


def test_what_was_rolled_back_wakes_nobody():
    with listening(Job, Brand) as sleeper:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            wake(Job)
            raise ZeroDivisionError
        assert heard(sleeper) == set()


def test_a_savepoint_that_was_rolled_back_takes_no_later_wake_up_with_it():
    with listening(Job, Brand) as sleeper:
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                wake(Job)
                raise ZeroDivisionError
            wake(Job)
        assert heard(sleeper) == {"job"}


def test_a_wake_up_in_a_savepoint_does_not_hide_one_that_outlives_it():
    with listening(Job, Brand) as sleeper:
        with transaction.atomic():
            inner = transaction.savepoint_create()
            wake(Job)
            transaction.savepoint_commit(inner)
            wake(Job)
        assert heard(sleeper) == {"job"}


def test_many_calls_in_one_transaction_are_one(django_assert_max_num_queries):
    with transaction.atomic(), django_assert_max_num_queries(1):
        for _ in range(100):
            wake(Job)
        assert len(connection.run_on_commit) == 1


def test_it_is_heard_across_processes(tmp_path):
    code = "import sys; from pathlib import Path; from esmero.work.wakeups import write_pipes;"
    code += "write_pipes(Path(sys.argv[1]), topic='job')"
    with listening(Job, Brand) as sleeper:
        subprocess.run([sys.executable, "-c", code, str(pipe_folder())], check=True)
        assert heard(sleeper) == {"job"}


def test_on_this_machine_it_is_heard_without_the_database():
    with listening(Job, Brand) as sleeper:
        wake_here(Job)
        assert heard(sleeper) == {"job"}


def test_a_pipe_whose_reader_died_is_deleted(tmp_path):
    os.mkfifo(tmp_path / "1-dead")
    os.mkfifo(tmp_path / ".2-opening")
    write_pipes(tmp_path, topic="job")
    write_pipes(tmp_path / "no-such-folder", topic="job")
    assert [path.name for path in tmp_path.iterdir()] == [".2-opening"]


def test_a_full_pipe_wakes_for_everything():
    sleeper = Sleeper(Job, Brand)
    with WakeListener([sleeper]) as listener:
        assert listener.is_listening.wait(60)
        sleeper.take()
        # Written at once, so that the listener cannot empty it meanwhile.
        [path] = pipe_folder().iterdir()
        with path.open("wb", buffering=0) as pipe:
            pipe.write(b"x" * CAPACITY)
        assert wait_readable(sleeper.fileno(), seconds=60)
        assert sleeper.take() == {"job", "brand"}


def test_without_a_listener_a_sleeper_looks_every_second_and_with_one_every_half_minute():
    sleeper = Sleeper(Job)
    assert sleeper.longest == UNHEARD
    with WakeListener([sleeper]) as listener:
        assert listener.is_listening.wait(60)
        assert sleeper.longest == LOOK_EVERY
        assert sleeper.take() == {"job"}, "it may have missed some before"
    assert not list(pipe_folder().iterdir())


def test_where_no_named_pipe_can_be_made_a_sleeper_looks_every_second(settings, tmp_path, caplog):
    (tmp_path / "wakeups").write_text("a file in its place")
    settings.HOME = tmp_path
    sleeper = Sleeper(Job)
    with WakeListener([sleeper]) as listener:
        listener._thread.join(60)
        assert sleeper.longest == UNHEARD
    assert "cannot be received" in caplog.text


def test_a_wait_ends_by_a_wake_up_before_it_by_the_stop_signal_or_by_its_time():
    sleeper, stop = Sleeper(Job), StopSignal()
    sleeper.note("job")
    sleeper.wait(stop, seconds=60)
    assert sleeper.take() == {"job"}
    assert sleeper.take() == set()
    sleeper.wait(stop, seconds=0.001)
    stop.set()
    sleeper.longest = LOOK_EVERY
    sleeper.wait(stop, seconds=60)
    sleeper.close()


@pytest.mark.skipif(bool(not os.environ.get("ESMERO_DATABASE_URL")), reason="SQLite has no connections to lose")
def test_a_connection_that_the_server_ends_is_opened_again(monkeypatch):
    from esmero.work import wake_listener

    monkeypatch.setattr(wake_listener, "RECONNECT_AFTER", 0.01)
    with listening(Job, Brand) as sleeper:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
            )
            assert cursor.rowcount == 1
        assert wait_readable(sleeper.fileno(), seconds=60)
        assert sleeper.take() == {"job", "brand"}
        wake(Job)
        assert heard(sleeper) == {"job"}
