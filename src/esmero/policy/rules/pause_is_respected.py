from esmero.policy.case import Occasion
from esmero.policy.facts import PreferenceFacts, StatedPreference
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class PauseIsRespected(RecipientRule[StatedPreference]):
    """Send nothing to a person who asked for a pause until it ends.

    A pause for the topic of the promotion slot holds back the promotion only.

    Norm: good practice: a pause with an end date is offered beside leaving for good, and holds.
    """

    code = "G07"
    slug = "paused"
    applies_to = UNSOLICITED
    about = PreferenceFacts

    def objection(self, occasion: Occasion, facts: StatedPreference) -> Objection | None:
        if facts.paused_until is None or facts.paused_until <= occasion.at:
            return None
        return Objection(self.code, {}, facts.paused_until)
