"""Define the interface of the gate's rules: a code that is never reused, a slug, the message classes, one check.

A rule's docstring states the rule in plain words on its first line and names its source in a paragraph *Norm:*;
`docs/norms.md` is generated from it.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from esmero.policy.case import MESSAGE_CLASSES, MessageClass, Occasion, Recipient
from esmero.policy.verdict import Objection

EVERY_CLASS: frozenset[MessageClass] = frozenset(MESSAGE_CLASSES)
COMMERCE: frozenset[MessageClass] = frozenset({"commercial"})
UNSOLICITED: frozenset[MessageClass] = frozenset({"commercial", "relational"})


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


class RecipientRule(Rule):
    """Define a rule about one person, checked for each recipient."""

    @abstractmethod
    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        """Return the objection to a message to this person on this occasion, or None."""
