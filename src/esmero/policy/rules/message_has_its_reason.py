from esmero.policy.case import Occasion
from esmero.policy.rule import EVERY_CLASS, OccasionRule
from esmero.policy.verdict import Objection


class MessageHasItsReason(OccasionRule):
    """State in every message why it is worth the reader's time, in words that answer "why did I get this?".

    Norm: Regulation (EU) 2016/679 art. 5(1)(a) and 13(1)(c) (transparency, purpose); good practice: a clear
    justification from the customer's point of view.
    """

    code = "G09"
    slug = "no-reason"
    applies_to = EVERY_CLASS

    def objection(self, occasion: Occasion) -> Objection | None:
        return None if occasion.reason.strip() else Objection(self.code, {})
