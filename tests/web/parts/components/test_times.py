from datetime import UTC, date, datetime

import pytest
import time_machine
from django.utils import timezone, translation

from esmero.web.parts.components.times import format_time
from tests.web.document import read_document

AT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "said", "title"),
    [
        ("Europe/Madrid", "en", "24 Nov 2026", "24 November 2026, 00:30:00 · 23 Nov 23:30 UTC"),
        ("Atlantic/Canary", "en", "23 Nov 2026", "23 November 2026, 23:30:00 · 24 Nov 00:30 Madrid time"),
        ("America/New_York", "en", "23 Nov 2026", "23 November 2026, 18:30:00 · 24 Nov 00:30 Madrid time"),
    ],
)
def test_a_moment_stands_in_the_readers_zone_with_the_other_one_on_hover(settings, zone, language, said, title):
    settings.TIME_ZONE = "Europe/Madrid"
    with timezone.override(zone), translation.override(language):
        drawn = read_document(format_time(AT, "short"))
    assert (drawn.text("time"), drawn.attribute("time", "title")) == (said, title)
    assert datetime.fromisoformat(drawn.attribute("time", "datetime")) == AT


def test_the_shortest_form_is_the_time_of_today_and_the_day_of_another():
    with timezone.override("UTC"), translation.override("en"):
        with time_machine.travel(AT.replace(hour=23, minute=40)):
            assert read_document(format_time(AT)).text("time") == "23:30"
        with time_machine.travel(AT.replace(year=2027)):
            assert read_document(format_time(AT)).text("time") == "23 Nov 2026"


def test_no_moment_says_nothing():
    assert format_time(None) == ""


def test_the_shortest_form_writes_the_month_as_the_language_does():
    for now, said in (
        (datetime(2026, 11, 25, tzinfo=UTC), "23 nov"),
        (datetime(2027, 1, 2, tzinfo=UTC), "23 nov 2026"),
    ):
        with time_machine.travel(now, tick=False), timezone.override("UTC"), translation.override("es"):
            assert read_document(format_time(AT)).text("time") == said


@pytest.mark.parametrize(("form", "said"), [("", "23 Nov"), ("short", "23 Nov 2026"), ("day", "23 November 2026")])
def test_a_day_is_the_same_in_every_zone(form, said):
    for zone in ("Pacific/Auckland", "America/New_York"):
        with timezone.override(zone), translation.override("en"), time_machine.travel(AT, tick=False):
            drawn = read_document(format_time(date(2026, 11, 23), form))
        assert (drawn.text("time"), drawn.attribute("time", "datetime")) == (said, "2026-11-23")
