import json

from esmero.policy.verdict import Objection, Verdict
from tests.policy.verbs import DAY, NOW

REFUSES = Objection("G03", {"why": "no grant"})
WAITS = Objection("G06", {"gap_seconds": 60}, NOW)
WAITS_LONGER = Objection("G07", {}, NOW + DAY)


def test_a_clean_go_stores_nothing():
    verdict = Verdict("go")
    assert (verdict.codes(), verdict.facts(), verdict.first) == ("", {}, None)


def test_codes_tell_refusal_waiting_and_a_lost_slot_apart():
    assert Verdict("refuse", objections=(REFUSES, WAITS)).codes() == "G03 G06:wait"
    assert Verdict("wait", until=WAITS.until, objections=(WAITS,)).codes() == "G06:wait"
    assert Verdict("go_without_promotion", slot_objections=(REFUSES, WAITS)).codes() == "G03:slot G06:slot"


def test_facts_by_code_can_be_stored_as_json():
    facts = Verdict("refuse", objections=(REFUSES, WAITS, WAITS_LONGER)).facts()
    assert json.loads(json.dumps(facts)) == {
        "G03": {"why": "no grant"},
        "G06": {"gap_seconds": 60, "until": "2026-11-24T10:00:00+00:00"},
        "G07": {"until": "2026-11-25T10:00:00+00:00"},
    }


def test_a_person_is_counted_under_the_first_objection_to_the_body():
    assert Verdict("refuse", objections=(WAITS, REFUSES)).first is WAITS
    assert Verdict("go_without_promotion", slot_objections=(REFUSES,)).first is None


def test_an_objection_waits_only_if_it_says_until_when():
    assert (REFUSES.outcome, WAITS.outcome) == ("refuse", "wait_until")
