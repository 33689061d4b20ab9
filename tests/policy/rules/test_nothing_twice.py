import pytest

from tests.policy.verbs import a_case, lets_pass, objects


def test_the_first_message_to_a_person_and_address_goes():
    lets_pass(a_case(already_has=False, address_taken_by=None))


@pytest.mark.parametrize("message_class", ["commercial", "relational", "service", "auto-reply"])
def test_who_has_it_does_not_get_it_again(message_class):
    objection = objects(a_case(message_class=message_class, already_has=True), "G08")
    assert objection.facts == {"why": "has it already"}


def test_advertising_reaches_the_address_of_a_household_once():
    objection = objects(a_case(address_taken_by=7), "G08")
    assert objection.facts == {"why": "same address", "person": 7}


@pytest.mark.parametrize("message_class", ["relational", "service", "auto-reply"])
def test_what_concerns_the_person_reaches_each_of_a_household(message_class):
    lets_pass(a_case(message_class=message_class, address_taken_by=7))
