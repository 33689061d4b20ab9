"""Every refusal of the source has words for people, every word belongs to a refusal, and code below words nothing."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

import esmero
from esmero.refusal import Refusal
from esmero.web.refusals.problem import MEMBERS
from esmero.web.refusals.say import TABLES, WORDS, list_places, say

SOURCE = Path(esmero.__file__).parent
DECISION = SOURCE.parents[1] / "docs" / "decisions" / "0010-refusals.md"
DOORS = ("web", "management", "migrations")
# Packages below the interfaces that may use gettext, because what they word is a mail.
WRITING_MAILS = {
    "accounts/links.py": "the mails with a link to an account",
    "accounts/new_emails.py": "the note to the old address of an account",
    "mailroom/composing/compiled_templates.py": "the footer of every mail",
    "mailroom/composing/letters.py": "the lines below a letter on paper",
    "mailroom/composing/preview.py": "the footer, with a place holder for the reason",
    "mailroom/transactional/relay_test.py": "the mail that proves a relay",
    "mailroom/transactional/reply_forwarding.py": "the mail around a forwarded reply",
    "mailroom/transactional/sign_up_messages.py": "the mails of a sign-up",
    "mailroom/transactional/staff_invitations.py": "the mail to a new member of staff",
    "people/persons/countries.py": "the country on an envelope",
    "privacy/data_access.py": "the mails with a link to one's data, or to a new address",
}
# What the columns and filters of a list are called stands with them (docs/decisions/0026-areas-lists-and-labels.md).
NAMING_LISTS = ("/listing.py", "/dmarc_listing.py", "people/relationship/filters.py")
# Where a code is the type of an error that pydantic collects, it is a constant that no refusal is made with directly.
BY_PYDANTIC = "people/segments/"


@cache
def trees():
    return {
        str(path.relative_to(SOURCE)): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
        if path.parent.name != "migrations"
    }


@cache
def kinds():
    """Return the names of Refusal and of all its subclasses, read from the source."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Refusal"}
    while more := {name for name, over in bases.items() if over & found} - found:
        found |= more
    return found


@cache
def refusals():
    """Return (place, call) for every refusal that is made, in `refusal.py` excepted, which reads stored ones."""
    return [
        (f"{name}:{node.lineno}", node)
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if name != "refusal.py"
        and not name.startswith(BY_PYDANTIC)
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in kinds()
    ]


def code_of(call):
    literal = call.args[0] if call.args else None
    return literal.value if isinstance(literal, ast.Constant) and isinstance(literal.value, str) else None


def facts_by_code():
    found = defaultdict(list)
    for place, call in refusals():
        found[code_of(call)].append((place, {one.arg for one in call.keywords}))
    return found


def codes_by_pydantic():
    """Return the string constants of the package that are codes."""
    return {
        node.value
        for name, tree in trees().items()
        if name.startswith(BY_PYDANTIC)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in WORDS
    }


def test_each_refusal_is_made_with_a_literal_code_and_named_facts():
    wrong = [
        place
        for place, call in refusals()
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", code_of(call) or "")
        or any(one.arg is None for one in call.keywords)
    ]
    assert wrong == []


def test_no_class_of_refusals_is_raised_without_a_code():
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in kinds()
    ]
    assert wrong == []


def test_each_code_has_words_and_all_words_have_a_refusal():
    assert set(facts_by_code()) | codes_by_pydantic() == set(WORDS)


def test_no_code_is_worded_twice():
    assert sum(map(len, TABLES)) == len(WORDS)


def test_the_words_name_no_fact_that_a_refusal_does_not_give():
    wrong = {
        f"{place} {code}": missing
        for code, made in facts_by_code().items()
        for place, facts in made
        if (missing := set(list_places(WORDS[code])) - facts)
    }
    assert wrong == {}


def test_no_fact_has_the_name_of_a_member_of_a_problem():
    assert {name for made in facts_by_code().values() for _place, facts in made for name in facts} & MEMBERS == set()


def test_no_fact_is_a_translated_text():
    """A fact may be a call of anything, but not of gettext: the words are made once, for each reader anew."""
    wrong = [
        place
        for place, call in refusals()
        for node in ast.walk(call)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"_", "gettext", "gettext_lazy", "ngettext"}
    ]
    assert wrong == []


def test_below_the_interfaces_only_mails_are_worded():
    using = {
        name
        for name, tree in trees().items()
        if not name.startswith(DOORS)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for one in node.names
        if "gettext" in one.name
    }
    assert {name for name in using if not name.endswith(NAMING_LISTS)} == set(WRITING_MAILS)


def test_a_refusal_is_no_other_exception_of_the_standard_library():
    """A refusal that is a ValueError, too, is caught where somebody expects a broken number."""
    wrong = [
        f"{name}: {node.name}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name in kinds() and len(node.bases) != 1
    ]
    assert wrong == []


def test_every_exception_that_is_no_refusal_was_decided():
    """Compare with docs/decisions/0010-refusals.md, which says of each why it is none."""
    decided = set(re.findall(r"`(_?[A-Z]\w+)`", DECISION.read_text("utf-8").partition("Not refusals")[2]))
    bases = {"Exception", "OSError", "ValueError", "RuntimeError", "LookupError"}
    plain = {
        node.name
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and bases & {ast.unparse(base) for base in node.bases}
    }
    assert plain - {"Refusal"} == decided - {"TemplateProblem", "TemplateFault"}


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_all_can_be_said_in_every_language(language):
    """Lists of codes are said with each code of their table, numbers and names with any."""
    samples = {
        "missing": [], "problems": [], "there": ["a"], "number": 1, "total": 2000, "line": 1200, "kind": None,
        "setting": "hosts", "variable": "ESMERO_HOSTS", "brand": "Norte", "name": "N", "fault": "condition-link",
        "facts": {},
    }  # fmt: skip
    kinds_of = {"file-without-list": "pdf", "setting-of-wrong-kind": "list"}
    with translation.override(language):
        for code, words in WORDS.items():
            facts = {name: samples.get(name, "x") for name in list_places(words)}
            if "kind" in facts:
                facts["kind"] = kinds_of.get(code, "integer")
            said = say(Refusal(code, **facts))
            assert said, code
            assert "%(" not in said, code


def test_numbers_and_lists_are_written_in_the_readers_language():
    refusal = Refusal("line-too-long", line=1200, most=1_000_000)
    with translation.override("es"):
        assert "1200" in say(refusal)
        assert "1\u00a0000\u00a0000" in say(refusal)
    with translation.override("en"):
        assert "1,000,000" in say(refusal)
        assert "Its columns: A, B." in say(Refusal("column-unknown", name="C", list=["A", "B"]))


def test_a_code_of_another_version_is_shown_with_its_facts():
    assert say(Refusal("never-heard-of", name="x")) == 'never-heard-of {"name": "x"}'
