import pytest

from tests.policy.verbs import a_case, lets_pass, objects


@pytest.mark.parametrize("wants_topic", [True, None], ids=["wanted", "never said"])
def test_a_topic_that_was_not_turned_off_goes(wants_topic):
    lets_pass(a_case(wanted=wants_topic))


@pytest.mark.parametrize("message_class", ["commercial", "relational"])
def test_a_topic_that_was_turned_off_stays(message_class):
    objection = objects(a_case(message_class=message_class, wanted=False), "G05")
    assert objection.facts == {"topic": "novedades"}


@pytest.mark.parametrize("message_class", ["service", "auto-reply"])
def test_service_knows_no_topics(message_class):
    lets_pass(a_case(message_class=message_class, wanted=False))
