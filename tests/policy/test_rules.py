"""Tests about the rules themselves: each stands in the gate once, is coded once, documented and tested both ways."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from esmero.policy import rules
from esmero.policy.case import MESSAGE_CLASSES
from esmero.policy.gate import RULES
from esmero.policy.rule import OccasionRule, RecipientRule, Rule

ORDER = (
    "SuppressedAddressStaysSilent",
    "AddressIsReachable",
    "PermissionIsProven",
    "AddressIsConfirmed",
    "WithdrawalIsFinal",
    "TopicIsWanted",
    "FrequencyIsTheirs",
    "PauseIsRespected",
    "NightIsQuiet",
    "NothingTwice",
    "MessageHasItsReason",
    "PersonIsReachable",
    "CommerceIsLabelled",
)
# Every code that was ever given, also of rules that are gone: stored verdicts must keep their meaning.
CODES_EVER_GIVEN = {
    "G01": "SuppressedAddressStaysSilent",
    "G02": "AddressIsReachable",
    "G03": "PermissionIsProven",
    "G04": "WithdrawalIsFinal",
    "G05": "TopicIsWanted",
    "G06": "FrequencyIsTheirs",
    "G07": "PauseIsRespected",
    "G08": "NothingTwice",
    "G09": "MessageHasItsReason",
    "G10": "PersonIsReachable",
    "G11": "CommerceIsLabelled",
    "G12": "AddressIsConfirmed",
    "G13": "NightIsQuiet",
}


def rules_of(module_name):
    module = importlib.import_module(f"esmero.policy.rules.{module_name}")
    return [
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Rule) and found.__module__ == module.__name__
    ]


MODULES = sorted(found.name for found in pkgutil.iter_modules(rules.__path__))


def test_the_tuple_holds_each_rule_once_in_the_documented_order():
    assert tuple(type(rule).__name__ for rule in RULES) == ORDER
    assert {type(rule) for rule in RULES} == {found for name in MODULES for found in rules_of(name)}


@pytest.mark.parametrize("module_name", MODULES)
def test_a_file_holds_one_rule_and_is_named_after_it(module_name):
    (rule,) = rules_of(module_name)
    assert re.sub(r"(?<!^)(?=[A-Z])", "_", rule.__name__).lower() == module_name


def test_codes_and_slugs_are_unique_and_codes_are_never_reused():
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len({rule.slug for rule in RULES}) == len(RULES)
    assert {rule.code: type(rule).__name__ for rule in RULES}.items() <= CODES_EVER_GIVEN.items()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_it_looks_at_and_to_which_classes_it_applies(rule):
    assert isinstance(rule, OccasionRule) != isinstance(rule, RecipientRule)
    assert rule.applies_to
    assert rule.applies_to <= set(MESSAGE_CLASSES)
    assert "commercial" in rule.applies_to, "else a promotion slot would escape it"


@pytest.mark.parametrize("module_name", MODULES)
def test_each_rule_has_a_passing_and_an_objecting_test(module_name):
    (rule,) = rules_of(module_name)
    tree = ast.parse((Path(__file__).parent / "rules" / f"test_{module_name}.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert any(call.func.id == "lets_pass" for call in calls)
    objecting = [call.args[1].value for call in calls if call.func.id == "objects"]
    assert objecting
    assert set(objecting) == {rule.code}
