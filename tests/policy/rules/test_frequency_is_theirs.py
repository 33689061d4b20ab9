from datetime import timedelta

import pytest

from tests.policy.verbs import DAY, NOW, a_case, lets_pass, objects


@pytest.mark.parametrize(
    ("minimum_gap", "last_written_at"),
    [(None, None), (None, NOW), (30 * DAY, None), (30 * DAY, NOW - 30 * DAY), (30 * DAY, NOW - 31 * DAY)],
)
def test_nothing_chosen_nothing_sent_yet_or_long_enough_ago(minimum_gap, last_written_at):
    lets_pass(a_case(minimum_gap=minimum_gap, last_written_at=last_written_at))


@pytest.mark.parametrize("message_class", ["commercial", "relational"])
@pytest.mark.parametrize("ago", [timedelta(0), 29 * DAY, 30 * DAY - timedelta(seconds=1)])
def test_too_soon_waits_until_the_interval_has_passed(message_class, ago):
    case = a_case(message_class=message_class, minimum_gap=30 * DAY, last_written_at=NOW - ago)
    objection = objects(case, "G06")
    assert objection.until == NOW - ago + 30 * DAY
    assert objection.facts == {"last": (NOW - ago).isoformat(), "gap_seconds": 2_592_000}
    lets_pass(a_case(at=objection.until, minimum_gap=30 * DAY, last_written_at=NOW - ago))


@pytest.mark.parametrize("message_class", ["service", "auto-reply"])
def test_service_does_not_wait(message_class):
    lets_pass(a_case(message_class=message_class, minimum_gap=30 * DAY, last_written_at=NOW))
