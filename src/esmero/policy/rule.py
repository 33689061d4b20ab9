"""Define the interface of the gate's rules: a code that is never reused, a slug, the message classes, one check.

A rule's docstring states the rule in plain words on its first line and names its source in a paragraph *Norm:*;
`docs/norms.md` is generated from it.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from esmero.policy.case import MESSAGE_CLASSES, UNSOLICITED, MessageClass, Occasion
from esmero.policy.verdict import Objection

EVERY_CLASS: frozenset[MessageClass] = frozenset(MESSAGE_CLASSES)
COMMERCE: frozenset[MessageClass] = frozenset({"commercial"})

__all__ = ["COMMERCE", "EVERY_CLASS", "UNSOLICITED", "OccasionRule", "RecipientRule", "Rule"]


class Rule(ABC):
    """Define a norm that the gate enforces. `slug` names the objection in a word or two, for reports by reason."""

    code: ClassVar[str]
    slug: ClassVar[str]
    applies_to: ClassVar[frozenset[MessageClass]]


class OccasionRule(Rule):
    """Define a rule about the occasion only, checked once per dispatch."""

    @abstractmethod
    def objection(self, occasion: Occasion) -> Objection | None:
        """Return the objection to this occasion, or None."""


class RecipientRule[F](Rule):
    """Define a rule about one person, checked for each recipient.

    `about` is the class of facts that it needs. It sees nothing else of the person: the facts F themselves, or the
    result of their method `for_occasion`.
    """

    about: ClassVar[type]

    @abstractmethod
    def objection(self, occasion: Occasion, facts: F) -> Objection | None:
        """Return the objection to a message to this person on this occasion, or None."""
