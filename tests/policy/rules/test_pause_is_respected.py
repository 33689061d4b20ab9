import pytest

from tests.policy.verbs import DAY, NOW, a_case, lets_pass, objects


@pytest.mark.parametrize("paused_until", [None, NOW - DAY, NOW])
def test_no_pause_or_one_that_is_over(paused_until):
    lets_pass(a_case(paused_until=paused_until))


@pytest.mark.parametrize("message_class", ["commercial", "relational"])
def test_a_pause_waits_until_its_end(message_class):
    assert objects(a_case(message_class=message_class, paused_until=NOW + DAY), "G07").until == NOW + DAY


@pytest.mark.parametrize("message_class", ["service", "auto-reply"])
def test_service_does_not_wait(message_class):
    lets_pass(a_case(message_class=message_class, paused_until=NOW + DAY))
