from esmero.policy.case import Occasion
from esmero.policy.facts import PreferenceFacts, StatedPreference
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class TopicIsWanted(RecipientRule[StatedPreference]):
    """Send nothing on a topic that the person turned off.

    A person without a stated preference has not turned it off; permission is checked by another rule.

    Norm: Regulation (EU) 2016/679 art. 4(11) and recital 43 (consent is specific and granular); good practice: the
    recipient chooses the type of message.
    """

    code = "G05"
    slug = "topic-unwanted"
    applies_to = UNSOLICITED
    about = PreferenceFacts

    def objection(self, occasion: Occasion, facts: StatedPreference) -> Objection | None:
        if facts.wanted is False:
            return Objection(self.code, {"topic": occasion.topic})
        return None
