"""What every rule of the gate has: a code that is never reused, a slug, the classes it applies to, one question.

A rule's docstring says the rule in plain words on its first line and names its source in a paragraph *Norm:*;
`docs/norms.md` is made from it.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from esmero.policy.case import MESSAGE_CLASSES, MessageClass, Occasion, Recipient
from esmero.policy.verdict import Objection

EVERY_CLASS: frozenset[MessageClass] = frozenset(MESSAGE_CLASSES)
COMMERCE: frozenset[MessageClass] = frozenset({"commercial"})
UNASKED: frozenset[MessageClass] = frozenset({"commercial", "relational"})


class Rule(ABC):
    """A norm that the gate upholds. `slug` names the objection in a word or two, for reports by reason."""

    code: ClassVar[str]
    slug: ClassVar[str]
    applies_to: ClassVar[frozenset[MessageClass]]


class OccasionRule(Rule):
    """A rule that looks at the occasion only: asked once for a whole dispatch."""

    @abstractmethod
    def objection(self, occasion: Occasion) -> Objection | None:
        """Return what stands against this occasion, or None."""


class RecipientRule(Rule):
    """A rule that looks at one person: asked for each recipient."""

    @abstractmethod
    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        """Return what stands against writing to this person on this occasion, or None."""
