from dataclasses import replace
from datetime import datetime

import pytest

from esmero.policy.case import Case, Recipient, split_facts
from esmero.policy.facts import AddressFacts
from esmero.policy.gate import judge
from esmero.policy.permission import StatedPermissions
from tests.policy.verbs import OCCASION, OFFERS, RECIPIENT


def test_a_moment_without_time_zone_is_an_error():
    with pytest.raises(ValueError, match="no time zone"):
        replace(OCCASION, at=datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001


def test_internal_mail_never_reaches_the_gate():
    with pytest.raises(ValueError, match="'internal' is not judged by the gate"):
        replace(OCCASION, message_class="internal")


@pytest.mark.parametrize("facts", [OCCASION, RECIPIENT, RECIPIENT.facts[StatedPermissions].statements[0]])
def test_facts_cannot_be_changed_once_gathered(facts):
    with pytest.raises(AttributeError):
        facts.topic = "ofertas"


def test_a_forgotten_fact_is_an_error():
    with pytest.raises(TypeError, match="suppression"):
        AddressFacts("ana@cliente.example", "ok")


@pytest.mark.parametrize("missing", list(RECIPIENT.facts), ids=lambda kind: kind.__name__)
def test_facts_that_nobody_provided_are_an_error(missing):
    known = [fact for kind, fact in RECIPIENT.facts.items() if kind is not missing]
    with pytest.raises(ValueError, match=f"Nobody gathered {missing.__name__} of person 1"):
        judge(Case(OCCASION, Recipient(1, *split_facts(known))))


def test_the_slot_is_an_occasion_of_commerce_with_a_purpose_of_its_own():
    invoice = replace(
        OCCASION, message_class="service", purpose="contract", valid_bases=frozenset({"contract"}), promotion=OFFERS
    )
    slot = invoice.as_promotion()
    assert slot == replace(OCCASION, purpose=OFFERS.purpose, topic=OFFERS.topic, valid_bases=OFFERS.valid_bases)


@pytest.mark.parametrize(("message_class", "promotion"), [("service", None), ("commercial", OFFERS)])
def test_without_a_slot_beside_the_body_there_is_nothing_to_judge_apart(message_class, promotion):
    assert replace(OCCASION, message_class=message_class, promotion=promotion).as_promotion() is None


def test_an_advertisement_beside_another_topic_is_judged_apart():
    other = replace(OFFERS, topic="ofertas")
    slot = replace(OCCASION, promotion=other).as_promotion()
    assert slot == replace(OCCASION, topic="ofertas", valid_bases=other.valid_bases)
