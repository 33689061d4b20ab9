import pytest

from tests.policy.verbs import a_case, lets_pass, objects


@pytest.mark.parametrize("message_class", ["commercial", "relational", "service", "auto-reply"])
def test_a_reason_from_the_customers_side(message_class):
    lets_pass(a_case(message_class=message_class, reason="Your contract was signed today."))


@pytest.mark.parametrize("message_class", ["commercial", "relational", "service", "auto-reply"])
@pytest.mark.parametrize("reason", ["", "  \n\u00a0"])
def test_no_reason_no_message(message_class, reason):
    objects(a_case(message_class=message_class, reason=reason), "G09")
