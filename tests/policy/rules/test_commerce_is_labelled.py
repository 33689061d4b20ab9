import pytest

from tests.policy.verbs import a_case, lets_pass, objects


def test_label_sender_and_way_out():
    lets_pass(a_case(labelled=True, sender_identified=True, leave_offered=True))


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"labelled": False}, "label"),
        ({"sender_identified": False}, "sender"),
        ({"leave_offered": False}, "way out"),
        ({"labelled": False, "sender_identified": False, "leave_offered": False}, "label, sender, way out"),
    ],
)
def test_each_missing_piece_is_named(changes, missing):
    assert objects(a_case(**changes), "G11").facts == {"missing": missing}


@pytest.mark.parametrize("message_class", ["relational", "service", "auto-reply"])
def test_what_is_no_commerce_needs_no_label(message_class):
    lets_pass(a_case(message_class=message_class, labelled=False, sender_identified=False, leave_offered=False))
