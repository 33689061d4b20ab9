"""What the gate makes of the rules' objections: strictest wins, order kept, the slot apart, bulk equal to single."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.policy.case import MESSAGE_CLASSES, Case, Promotion
from esmero.policy.facts import CaseSuppression
from esmero.policy.gate import RULES, judge, judge_occasion, judge_recipient
from esmero.policy.permission import CasePermission
from esmero.policy.rule import OccasionRule
from tests.policy.verbs import DAY, NOW, OFFERS, a_case, a_recipient, an_entry

moments = st.integers(-400, 400).map(lambda days: NOW + timedelta(days=days))
purposes = st.sampled_from(["newsletter", "contract"])
topics = st.sampled_from(["", "novedades", "ofertas"])
bases = st.sampled_from(["consent", "soft opt-in", "contract"])
promotions = st.builds(Promotion, purpose=purposes, topic=topics, valid_bases=st.frozensets(bases))
suppressions = st.builds(
    CaseSuppression, scope=st.sampled_from(["all", "commercial"]), reason=st.just("5.1.1"), since=moments
)
entries = st.builds(
    CasePermission,
    purpose=purposes,
    topic=topics,
    state=st.sampled_from(["requested", "granted", "withdrawn", "objected", "expired"]),
    basis=bases,
    at=moments,
    wording_version=st.just("v1"),
    source=st.just("import"),
    entry=st.none(),
)
OCCASION_FACTS = {
    "at": moments,
    "channel": st.sampled_from(["email", "post", "phone", "portal"]),
    "purpose": purposes,
    "topic": topics,
    "valid_bases": st.frozensets(bases),
    "reason": st.just(""),
    "promotion": promotions,
    "sender_name": st.just(""),
    "phone_at_ordinary_rate": st.just(False),
    "sender_identified": st.just(False),
    "labelled": st.just(False),
    "leave_offered": st.just(False),
}
ABOUT_A_TOPIC = {
    "wanted": st.booleans(),
    "minimum_gap": st.integers(1, 60).map(lambda days: timedelta(days=days)),
    "last_written_at": moments,
    "paused_until": moments,
}
RECIPIENT_FACTS = {
    "address": st.none(),
    "standing": st.sampled_from(["none", "failing", "invalid"]),
    "suppression": suppressions,
    "statements": st.lists(entries, max_size=4).map(tuple),
    **ABOUT_A_TOPIC,
    "already_has": st.just(True),
    "address_taken_by": st.integers(2, 9),
}


@st.composite
def changed(draw, facts):
    """A few facts of the case to which nobody objects, changed: drawn freely, nearly every case would be refused."""
    return {name: draw(facts[name]) for name in draw(st.lists(st.sampled_from(sorted(facts)), max_size=3, unique=True))}


classes = st.sampled_from(MESSAGE_CLASSES)
occasions = st.builds(
    lambda kind, changes: a_case(message_class=kind, **changes).occasion, classes, changed(OCCASION_FACTS)
)
recipients = st.builds(
    lambda changes, slot: a_recipient(topic="ofertas", of=a_recipient(**changes), **slot),
    changed(RECIPIENT_FACTS),
    changed(ABOUT_A_TOPIC),
)
cases = st.builds(Case, occasions, recipients)


def asked_one_by_one(occasion, recipient):
    found = []
    for rule in RULES:
        if occasion.message_class in rule.applies_to:
            is_shared = isinstance(rule, OccasionRule)
            if is_shared:
                found.append(rule.objection(occasion))
                continue
            facts = recipient.facts[rule.about]
            prepared = facts.for_occasion(occasion) if hasattr(rule.about, "for_occasion") else facts
            found.append(None if prepared is None else rule.objection(occasion, prepared))
    return tuple(objection for objection in found if objection)


@given(cases)
def test_every_objection_is_kept_in_the_order_of_the_tuple(case):
    verdict = judge(case)
    assert verdict.objections == asked_one_by_one(case.occasion, case.recipient)
    order = [rule.code for rule in RULES]
    positions = [order.index(objection.code) for objection in verdict.objections]
    assert positions == sorted(positions)


@given(cases)
def test_the_strictest_answer_wins_for_the_body(case):
    verdict = judge(case)
    moments_named = [objection.until for objection in verdict.objections]
    if None in moments_named:
        assert (verdict.outcome, verdict.until) == ("refuse", None)
    elif moments_named:
        assert (verdict.outcome, verdict.until) == ("wait", max(moments_named))
        assert verdict.until > case.occasion.at
    else:
        assert verdict.outcome in {"go", "go_without_promotion"}
        assert verdict.until is None


@given(cases, promotions)
def test_the_slot_never_costs_the_body(case, promotion):
    bare = judge(replace(case, occasion=replace(case.occasion, promotion=None)))
    verdict = judge(replace(case, occasion=replace(case.occasion, promotion=promotion)))
    assert (verdict.objections, verdict.until) == (bare.objections, bare.until)
    assert verdict.outcome == bare.outcome or (bare.outcome, verdict.outcome) == ("go", "go_without_promotion")
    assert (verdict.outcome == "go_without_promotion") == bool(verdict.slot_objections)


@given(cases, promotions)
def test_the_slot_stays_exactly_where_the_same_advertisement_could_go_alone(case, promotion):
    occasion = replace(case.occasion, promotion=promotion)
    verdict = judge(replace(case, occasion=occasion))
    is_the_body = occasion.message_class == "commercial" and (promotion.purpose, promotion.topic) == (
        occasion.purpose,
        occasion.topic,
    )
    if is_the_body or verdict.objections:
        assert verdict.slot_objections == ()
        return
    alone = replace(
        occasion,
        message_class="commercial",
        purpose=promotion.purpose,
        topic=promotion.topic,
        valid_bases=promotion.valid_bases,
        promotion=None,
    )
    assert verdict.slot_objections == judge(Case(alone, case.recipient)).objections


@given(occasions, st.lists(recipients, max_size=5))
def test_asked_in_bulk_the_gate_answers_as_it_does_one_by_one(occasion, people):
    findings = judge_occasion(occasion)
    assert [judge_recipient(person, findings=findings) for person in people] == [
        judge(Case(occasion, person)) for person in people
    ]


@given(cases)
def test_the_compact_form_tells_the_outcome(case):
    verdict = judge(case)
    codes = verdict.codes().split()
    if not codes:
        told = "go"
    elif all(code.endswith(":slot") for code in codes):
        told = "go_without_promotion"
    else:
        told = "wait" if all(code.endswith(":wait") for code in codes) else "refuse"
    assert told == verdict.outcome
    assert set(verdict.facts()) == {code.partition(":")[0] for code in codes}


@pytest.mark.parametrize(
    "changes",
    [
        {"statements": ()},
        {"statements": (an_entry(), an_entry("objected", topic="", at=NOW))},
        {"paused_until": NOW + DAY},
        {"address_taken_by": 7},
        {"labelled": False},
    ],
    ids=["no permission", "objected", "would wait", "a household's second", "unlabelled"],
)
def test_a_contract_confirmation_goes_at_once_without_its_advertisement(changes):
    case = a_case(
        message_class="service",
        purpose="contract",
        valid_bases=frozenset({"contract"}),
        promotion=OFFERS,
        **changes,
    )
    verdict = judge(case)
    assert (verdict.outcome, verdict.until, verdict.objections) == ("go_without_promotion", None, ())


def test_a_contract_confirmation_keeps_its_advertisement_for_who_consented():
    case = a_case(message_class="service", purpose="contract", valid_bases=frozenset(), promotion=OFFERS)
    assert judge(case).outcome == "go"


def test_a_permission_to_serve_the_contract_is_none_to_advertise_in_it():
    by_contract = an_entry(purpose="contract", basis="contract", topic="")
    case = a_case(
        message_class="service",
        purpose="contract",
        valid_bases=frozenset({"contract"}),
        promotion=OFFERS,
        statements=(by_contract,),
    )
    assert judge(case).codes() == "G03:slot"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"wanted": False}, "G05:slot"),
        ({"minimum_gap": 30 * DAY, "last_written_at": NOW - DAY}, "G06:slot"),
        ({"paused_until": NOW + DAY}, "G07:slot"),
    ],
)
@pytest.mark.parametrize("message_class", ["service", "relational", "commercial"])
def test_the_slot_is_judged_by_the_preferences_for_its_own_topic(message_class, wish, code):
    offers = replace(OFFERS, topic="ofertas")
    case = a_case(message_class=message_class, promotion=offers, statements=(an_entry(topic=""),))
    assert judge(case).codes() == ""
    assert judge(Case(case.occasion, a_recipient(topic="ofertas", of=case.recipient, **wish))).codes() == code


def test_a_topic_whose_preferences_nobody_gathered_is_an_error():
    case = a_case(message_class="service", purpose="contract", promotion=replace(OFFERS, topic="avisos"))
    with pytest.raises(ValueError, match=r"Nobody gathered PreferenceFacts of person 1 .*'avisos'"):
        judge(case)


def test_of_two_moments_to_wait_for_the_later_counts():
    case = a_case(minimum_gap=30 * DAY, last_written_at=NOW - DAY, paused_until=NOW + 2 * DAY)
    assert (judge(case).codes(), judge(case).until) == ("G06:wait G07:wait", NOW + 29 * DAY)


def test_a_refusal_beats_a_wait_and_the_person_is_counted_under_the_first_objection():
    verdict = judge(a_case(paused_until=NOW + DAY, already_has=True))
    assert (verdict.outcome, verdict.until, verdict.codes()) == ("refuse", None, "G07:wait G08")
    assert verdict.first.code == "G07"
