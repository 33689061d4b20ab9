import pytest
from django.utils import timezone

from esmero.policy.gate import RULES
from esmero.web.labels.messages import REASONS
from esmero.web.labels.objection_facts import describe_objection

AT = "2025-07-10T00:00:00+00:00"


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        (
            "G01",
            {"scope": "all", "reason": "unknown-user", "since": AT},
            "since 10 Jul 2025: nobody there has this address",
        ),
        ("G02", {"why": "none"}, "there is none"),
        ("G03", {"why": "no grant"}, "nothing stands in the ledger"),
        (
            "G03",
            {"why": "basis not valid", "basis": "soft opt-in"},
            "“existing customer, similar products” is no ground for this",
        ),
        ("G04", {"at": AT, "source": "clientes.csv"}, "on 10 Jul 2025, clientes.csv"),
        ("G06:wait", {"last": AT, "gap_seconds": 2592000}, "at most one in 30 days; the last one on 10 Jul 2025"),
        ("G07", {"until": AT}, "until 10 Jul 2025"),
        ("G08", {"why": "same address", "person": 7}, "person 7 gets it at the same address"),
        ("G11", {"missing": "label, sender"}, "label, sender"),
        ("G03", {"why": "a word of a later version"}, "a word of a later version"),
        ("G04", {"at": "long ago", "source": "x"}, "on long ago, x"),
        ("G99", {"any": 1}, ""),
        ("G05", {"topic": "novedades"}, ""),
        ("G02", {}, ""),
    ],
)
def test_facts_are_said(code, facts, said):
    with timezone.override("UTC"):
        assert describe_objection(code, facts) == said


def test_every_rule_has_its_words():
    assert {rule.code for rule in RULES} == set(REASONS)
