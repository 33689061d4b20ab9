import multiprocessing
import os
import time

import pytest
from django.db import transaction

from esmero.content.models import Link, TemplateText
from esmero.mailroom.arriving import clicks
from esmero.mailroom.arriving.clicks import find_sign, spool_click, spool_folder, take_in_clicks
from esmero.outbox.models import MessageEvent
from tests.mailroom.inbound import send_one

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

NOON = 1_767_268_800_123_456_000


@pytest.fixture(autouse=True)
def _empty_spool():
    yield
    for path in spool_folder().iterdir():
        path.unlink()


@pytest.fixture
def sent():
    return send_one()


@pytest.fixture
def link(sent):
    return Link.objects.create(text=TemplateText.objects.get(), number=0, url="https://fibranorte.example/novedades")


def test_a_spooled_click_becomes_one_event(sent, link):
    spool_click(sent.message.pk, link=link.pk, nanoseconds=NOON, sign="")
    spool_click(sent.message.pk, link=link.pk, nanoseconds=NOON + 5_000_000_000, sign="head")
    assert take_in_clicks() == 2
    person, machine = MessageEvent.objects.order_by("at")
    assert (person.kind, person.link, person.machine, person.message) == ("clicked", link, "", sent.message)
    assert person.at.isoformat() == "2026-01-01T12:00:00.123456+00:00"
    assert machine.machine == "head"
    assert list(spool_folder().glob("*log*")) == []
    assert take_in_clicks() == 0


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_a_reader_that_is_killed_counts_nothing_twice_and_loses_nothing(sent, link, monkeypatch, moment):
    for n in range(1200):
        spool_click(sent.message.pk, link=link.pk, nanoseconds=NOON + n * 1_000_000, sign="")

    class Killed(BaseException):
        pass

    real, calls = clicks._store, []

    def dies(some):
        calls.append(some)
        if len(calls) == 2:
            if moment == "before the commit":
                with pytest.raises(Killed), transaction.atomic():
                    real(some)
                    raise Killed
            else:
                real(some)
            raise Killed
        return real(some)

    monkeypatch.setattr(clicks, "_store", dies)
    with pytest.raises(Killed):
        take_in_clicks()
    spool_click(sent.message.pk, link=link.pk, nanoseconds=NOON + 9_999_000_000, sign="")
    monkeypatch.setattr(clicks, "_store", real)
    take_in_clicks()
    assert MessageEvent.objects.count() == 1201
    assert take_in_clicks() == 0


def test_a_spool_that_is_copied_back_counts_nothing_twice(sent, link):
    spool_click(sent.message.pk, link=link.pk, nanoseconds=NOON, sign="")
    (path,) = spool_folder().glob("*.log")
    octets = path.read_bytes()
    take_in_clicks()
    path.write_bytes(octets + octets)
    assert take_in_clicks() == 0
    assert MessageEvent.objects.count() == 1


def test_half_a_line_and_unknown_numbers_are_passed_over(sent, link):
    spool_click(sent.message.pk, link=link.pk, nanoseconds=NOON, sign="")
    spool_click(sent.message.pk + 99, link=link.pk, nanoseconds=NOON, sign="")
    spool_click(sent.message.pk, link=link.pk + 99, nanoseconds=NOON, sign="")
    with next(spool_folder().glob("*.log")).open("ab") as file:
        file.write(b"\xff\x00 x\n17672688001234560000000000 1 1 -\n176726880012")
    assert take_in_clicks() == 1


def _write_many(number, message, link):
    for n in range(number):
        spool_click(message, link=link, nanoseconds=os.getpid() * 10**12 + n * 1000, sign="")


@pytest.mark.slow
def test_nothing_is_lost_while_many_write_and_one_reads(sent, link):
    """Real processes against the real locks: the reader takes files away from under the writers' hands."""
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_many, args=(2000, sent.message.pk, link.pk)) for _ in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        take_in_clicks()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    take_in_clicks()
    assert MessageEvent.objects.count() == 6000


def test_one_reader_at_a_time(sent, link):
    spool_click(sent.message.pk, link=link.pk, nanoseconds=time.time_ns(), sign="")
    with clicks._lock_reader() as first:
        assert first
        assert take_in_clicks() == 0
    assert take_in_clicks() == 1


@pytest.mark.parametrize(
    ("facts", "sign"),
    [
        ({"method": "HEAD"}, "head"),
        ({"purpose": "prefetch;prerender"}, "prefetch"),
        ({"agent": ""}, "agent"),
        ({"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, "agent"),
        ({"agent": "BarracudaCentral/1.0"}, "agent"),
        ({"agent": "python-requests/2.32"}, "agent"),
        ({}, ""),
        ({"agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 "
                   "Safari/604.1"}, ""),
        ({"agent": "Mozilla/5.0 (Linux; Android 14; Cubot X) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"},
            ""),
    ],
)  # fmt: skip
def test_machines_give_themselves_away(facts, sign):
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert find_sign(**{"method": "GET", "agent": agent, "purpose": "", **facts}) == sign
