"""The labels of nouns are found by their place and take no code of another."""

from collections import Counter

import pytest

from esmero.web.labels import audit_actions, people
from esmero.web.labels.nouns import collect_nouns


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("actions", audit_actions.ACTS),
        ("subjects", audit_actions.SUBJECTS),
        ("facts", audit_actions.FACTS),
        ("holdings", people.HOLDING),
    ],
)
def test_no_code_has_labels_of_two_nouns(kind, table):
    codes = Counter(code for noun in collect_nouns() for code in getattr(noun, kind))
    assert [code for code, number in codes.items() if number > 1] == []
    assert set(codes) <= set(table)


def test_a_noun_is_found_by_its_place():
    assert audit_actions.label_action("topic.archived") == "archived a topic"
    assert any("topic" in noun.subjects for noun in collect_nouns())
