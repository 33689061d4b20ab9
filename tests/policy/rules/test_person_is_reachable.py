import pytest

from tests.policy.verbs import a_case, lets_pass, objects


def test_a_name_a_number_at_an_ordinary_rate_and_a_reply_address_that_is_read():
    lets_pass(a_case(sender_name="Elena", phone="910 000 000", phone_at_ordinary_rate=True, reply_is_read=True))


@pytest.mark.parametrize("message_class", ["commercial", "relational", "service", "auto-reply"])
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"sender_name": " "}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": "", "phone_at_ordinary_rate": False}, "phone"),
        ({"phone": "+34 902 000 000", "phone_at_ordinary_rate": False}, "ordinary rate"),
        ({"reply_is_read": False}, "reply address"),
        ({"sender_name": "", "phone": "", "reply_is_read": False}, "name, phone, reply address"),
    ],
)
def test_each_missing_piece_is_named(message_class, changes, missing):
    assert objects(a_case(message_class=message_class, **changes), "G10").facts == {"missing": missing}
