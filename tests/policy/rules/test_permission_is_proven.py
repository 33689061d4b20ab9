import pytest

from tests.policy.verbs import DAY, NOW, a_case, an_entry, lets_pass, objects


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(),
        an_entry(topic=""),
        an_entry(basis="soft opt-in"),
        an_entry(at=NOW + 30 * DAY),
    ],
    ids=["this topic", "every topic of the purpose", "another accepted basis", "dated in the future"],
)
def test_a_grant_for_this_purpose_and_topic_is_proof(entry):
    lets_pass(a_case(statements=(entry,)))


@pytest.mark.parametrize("message_class", ["commercial", "relational"])
@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ((), "no grant"),
        ((an_entry(purpose="surveys"),), "no grant"),
        ((an_entry(topic="ofertas"),), "no grant"),
        ((an_entry("expired"),), "expired"),
        ((an_entry("requested", topic="ofertas"),), "no grant"),
    ],
)
def test_without_a_usable_grant_nothing_goes(message_class, statements, why):
    objection = objects(a_case(message_class=message_class, statements=statements), "G03")
    assert objection.facts == {"why": why}


def test_a_grant_for_one_topic_does_not_cover_a_message_without_topic():
    objects(a_case(topic="", statements=(an_entry(topic="novedades"),)), "G03")


def test_a_basis_that_the_jurisdiction_does_not_accept():
    objection = objects(a_case(statements=(an_entry(basis="legitimate interest"),)), "G03")
    assert objection.facts == {"why": "basis not valid", "basis": "legitimate interest"}


def test_a_jurisdiction_that_accepts_no_basis_for_this_channel():
    objects(a_case(channel="phone", valid_bases=frozenset()), "G03")


def test_an_accepted_basis_beside_an_unaccepted_one_is_enough():
    lets_pass(a_case(statements=(an_entry(), an_entry(basis="legitimate interest"))))


@pytest.mark.parametrize("expired_at", [NOW, NOW - DAY, NOW - 100 * DAY])
def test_an_expired_permission_proves_nothing(expired_at):
    objection = objects(a_case(statements=(an_entry(), an_entry("expired", at=expired_at))), "G03")
    assert objection.facts["why"] == "expired"


def test_a_permission_that_will_expire_still_holds():
    lets_pass(a_case(statements=(an_entry(), an_entry("expired", at=NOW + DAY))))


def test_a_permission_renewed_after_it_expired_holds():
    renewed = an_entry(at=NOW - DAY)
    lets_pass(a_case(statements=(an_entry(), an_entry("expired", at=NOW - 2 * DAY), renewed)))


@pytest.mark.parametrize("message_class", ["service", "auto-reply"])
def test_what_a_contract_or_an_answer_needs_asks_for_no_permission(message_class):
    lets_pass(a_case(message_class=message_class, statements=()))
