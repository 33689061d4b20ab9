import pytest

from esmero.policy.gate import judge
from tests.policy.verbs import DAY, NOW, a_case, an_entry, lets_pass, objects


def requested(**changes):
    return an_entry("requested", **{"at": NOW - DAY, "source": "form boletin", **changes})


def test_a_confirmed_consent_passes():
    lets_pass(a_case(statements=(an_entry(source="form boletin"),)))


@pytest.mark.parametrize("message_class", ["commercial", "relational"])
@pytest.mark.parametrize("topic", ["novedades", ""])
def test_a_consent_that_nobody_confirmed_waits_for_it(message_class, topic):
    objection = objects(a_case(message_class=message_class, statements=(requested(topic=topic),)), "G12")
    assert objection.facts == {"at": (NOW - DAY).isoformat(), "source": "form boletin"}


def test_of_several_requests_the_last_is_told():
    objection = objects(a_case(statements=(requested(), requested(topic="", at=NOW - 5 * DAY))), "G12")
    assert objection.facts["at"] == (NOW - DAY).isoformat()


def test_signing_up_again_takes_nothing_from_who_consented_before():
    lets_pass(a_case(statements=(an_entry(topic=""), requested())))


def test_signing_up_for_another_topic_asks_for_no_confirmation_of_this_one():
    assert judge(a_case(statements=(requested(topic="ofertas"),))).codes() == "G03"


@pytest.mark.parametrize("message_class", ["service", "auto-reply"])
def test_what_a_contract_or_an_answer_needs_waits_for_no_confirmation(message_class):
    lets_pass(a_case(message_class=message_class, statements=(requested(),)))
