from pathlib import Path

import pytest

from esmero.policy.gate import RULES
from esmero.policy.norms import norms_page
from esmero.policy.rule import EVERY_CLASS, OccasionRule

PAGE = Path(__file__).parents[2] / "docs" / "norms.md"


def test_the_page_says_what_the_rules_say():
    assert PAGE.read_text("utf-8") == norms_page(RULES), "docs/norms.md lies: run `make docs` and commit it"


def test_a_section_tells_words_norm_classes_and_what_is_looked_at():
    class NobodyShouts(OccasionRule):
        """Nobody is
        shouted at.

        Capitals are shouting.

        Norm: good
        manners.
        """

        code = "G99"
        slug = "shouting"
        applies_to = EVERY_CLASS

        def objection(self, occasion):
            raise NotImplementedError

    assert norms_page([NobodyShouts()]).partition("## ")[2] == (
        "G99 NobodyShouts\n\n"
        "Nobody is shouted at.\n\n"
        "Capitals are shouting.\n\n"
        "* Norm: good manners.\n"
        "* Applies to: service, relational, commercial, auto-reply\n"
        "* Looks at: the occasion (once a dispatch)\n"
        "* Short name: `shouting`\n"
    )


@pytest.mark.parametrize("docstring", [None, "Nobody is shouted at.", "Norm: good manners."])
def test_a_rule_without_words_or_norm_is_an_error(docstring):
    class Mute(OccasionRule):
        code = "G99"
        slug = "mute"
        applies_to = EVERY_CLASS

        def objection(self, occasion):
            raise NotImplementedError

    Mute.__doc__ = docstring
    with pytest.raises(ValueError, match="Mute: its docstring needs"):
        norms_page([Mute()])
