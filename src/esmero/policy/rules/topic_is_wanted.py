from esmero.policy.case import Occasion, Recipient
from esmero.policy.rule import UNASKED, RecipientRule
from esmero.policy.verdict import Objection


class TopicIsWanted(RecipientRule):
    """The customer decides which topics they get: one that they turned off is not sent.

    Who never said anything about a topic has not turned it off; permission is another rule's question.

    Norm: Regulation (EU) 2016/679 art. 4(11) and recital 43 (consent is specific and granular); good practice: the
    recipient chooses the type of message.
    """

    code = "G05"
    slug = "topic-unwanted"
    applies_to = UNASKED

    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        if recipient.wants_topic is False:
            return Objection(self.code, {"topic": occasion.topic})
        return None
