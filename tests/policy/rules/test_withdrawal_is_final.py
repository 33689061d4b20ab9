import pytest

from esmero.policy.gate import judge
from tests.policy.verbs import DAY, NOW, a_case, an_entry, lets_pass, objects

GRANTED_AT = an_entry().at


def withdrawn(**changes):
    return an_entry("withdrawn", **{"at": NOW - DAY, "source": "one-click", **changes})


def objected(**changes):
    return an_entry("objected", **{"at": NOW - DAY, "topic": "", "source": "reply", **changes})


@pytest.mark.parametrize("message_class", ["commercial", "relational"])
@pytest.mark.parametrize("later", [DAY, 0 * DAY], ids=["later than the grant", "on an equal date"])
@pytest.mark.parametrize("state", ["withdrawn", "objected"])
def test_a_withdrawal_after_a_grant_ends_it(message_class, later, state):
    entry = an_entry(state, at=GRANTED_AT + later)
    objection = objects(a_case(message_class=message_class, statements=(an_entry(), entry)), "G04")
    assert objection.facts == {
        "state": state,
        "topic": "novedades",
        "at": entry.at.isoformat(),
        "source": "web form",
    }


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_entries_does_not_matter(order):
    objects(a_case(statements=(an_entry(), withdrawn())[::order]), "G04")


def test_a_newer_consent_counts_again():
    lets_pass(a_case(statements=(withdrawn(at=GRANTED_AT - DAY), an_entry())))


def test_of_several_withdrawals_the_last_counts():
    again = an_entry(at=NOW - 2 * DAY)
    objection = objects(a_case(statements=(withdrawn(at=NOW - 3 * DAY), again, withdrawn())), "G04")
    assert objection.facts["at"] == (NOW - DAY).isoformat()


def test_a_withdrawal_of_another_topic_leaves_this_one():
    lets_pass(a_case(statements=(an_entry(), withdrawn(topic="ofertas"))))


def test_a_withdrawal_of_the_whole_purpose_ends_each_topic():
    objects(a_case(statements=(an_entry(), withdrawn(topic=""))), "G04")


def test_a_withdrawal_from_another_purpose_leaves_this_one():
    lets_pass(a_case(statements=(an_entry(), withdrawn(purpose="surveys", topic=""))))


def test_an_objection_to_all_commercial_mail_counts_whatever_purpose_it_was_noted_under():
    objects(a_case(statements=(an_entry(), objected(purpose="surveys"))), "G04")


def test_an_objection_to_one_topic_leaves_the_others():
    lets_pass(a_case(statements=(an_entry(), objected(topic="ofertas"))))


def test_a_basis_of_ours_does_not_undo_a_withdrawal():
    newer = an_entry(basis="soft opt-in", at=NOW)
    objects(a_case(statements=(an_entry(), withdrawn(), newer)), "G04")


def test_a_consent_dated_in_the_future_does_not_undo_a_withdrawal():
    objects(a_case(statements=(an_entry(at=NOW + DAY), withdrawn())), "G04")


def test_a_newer_consent_to_another_topic_does_not_undo_a_withdrawal():
    objects(a_case(statements=(an_entry(), withdrawn(), an_entry(topic="ofertas", at=NOW))), "G04")


def test_a_withdrawal_without_any_grant_is_counted_under_the_missing_grant():
    verdict = judge(a_case(statements=(withdrawn(),)))
    assert verdict.codes() == "G03 G04"


@pytest.mark.parametrize("message_class", ["service", "auto-reply"])
def test_service_still_reaches_who_withdrew(message_class):
    lets_pass(a_case(message_class=message_class, statements=(an_entry(), withdrawn(), objected())))
