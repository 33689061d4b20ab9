import pytest

from esmero.policy.facts import CaseSuppression
from tests.policy.verbs import DAY, NOW, a_case, an_entry, lets_pass, objects

RETURNED = CaseSuppression(scope="all", reason="5.1.1", since=NOW - 10 * DAY)
COMPLAINED = CaseSuppression(scope="commercial", reason="complaint", since=NOW - 10 * DAY)


def test_an_address_never_silenced_gets_mail():
    lets_pass(a_case(suppression=None))


@pytest.mark.parametrize("message_class", ["commercial", "relational", "service", "auto-reply"])
def test_an_address_that_returned_mail_gets_nothing_of_any_class(message_class):
    objection = objects(a_case(message_class=message_class, suppression=RETURNED), "G01")
    assert objection.facts == {"scope": "all", "reason": "5.1.1", "since": RETURNED.since.isoformat()}


@pytest.mark.parametrize("message_class", ["commercial", "relational"])
def test_a_complaint_silences_what_was_not_asked_for(message_class):
    objects(a_case(message_class=message_class, suppression=COMPLAINED), "G01")


@pytest.mark.parametrize("message_class", ["service", "auto-reply"])
def test_a_complaint_lets_service_and_answers_through(message_class):
    lets_pass(a_case(message_class=message_class, suppression=COMPLAINED))


@pytest.mark.parametrize("suppression", [RETURNED, COMPLAINED])
def test_a_newer_consent_does_not_revive_the_address(suppression):
    objects(a_case(suppression=suppression, statements=(an_entry(at=NOW - DAY),)), "G01")
