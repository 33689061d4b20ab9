"""The table of reactions, and that they react."""

from collections import Counter

from esmero.rounds.reactions import REACTIONS
from esmero.web.labels.work import REACTION_NAMES


def test_names_are_unique_and_each_has_its_words():
    names = Counter(one.name for one in REACTIONS)
    assert set(names.values()) == {1}
    assert set(names) == set(REACTION_NAMES)
