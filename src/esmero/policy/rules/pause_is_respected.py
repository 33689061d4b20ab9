from esmero.policy.case import Occasion, Recipient
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class PauseIsRespected(RecipientRule):
    """Send nothing to a person who asked for a pause until it ends.

    Norm: good practice: a pause with an end date is offered beside leaving for good, and holds.
    """

    code = "G07"
    slug = "paused"
    applies_to = UNSOLICITED

    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        if recipient.paused_until is None or recipient.paused_until <= occasion.at:
            return None
        return Objection(self.code, {}, recipient.paused_until)
