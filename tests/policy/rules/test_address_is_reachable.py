import pytest

from tests.policy.verbs import a_case, lets_pass, objects


@pytest.mark.parametrize("standing", ["ok", "failing"])
def test_an_address_that_can_work_is_tried(standing):
    lets_pass(a_case(standing=standing))


@pytest.mark.parametrize("message_class", ["commercial", "relational", "service", "auto-reply"])
@pytest.mark.parametrize(
    ("address", "standing", "why"),
    [
        (None, "none", "none"),
        (None, "ok", "none"),
        ("", "ok", "none"),
        (None, "invalid", "invalid"),
        ("ana at cliente.example", "invalid", "invalid"),
        ("ana@cliente.example", "none", "none"),
    ],
)
def test_no_address_or_an_impossible_one(message_class, address, standing, why):
    objection = objects(a_case(message_class=message_class, address=address, standing=standing), "G02")
    assert objection.facts == {"why": why}


def test_a_letter_needs_a_postal_address():
    objects(a_case(channel="post", address=None, standing="none"), "G02")


def test_a_notice_in_the_customer_area_needs_no_address():
    lets_pass(a_case(channel="portal", address=None, standing="none"))
