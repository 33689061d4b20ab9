from esmero.policy.case import Occasion
from esmero.policy.facts import DuplicateFacts
from esmero.policy.rule import EVERY_CLASS, RecipientRule
from esmero.policy.verdict import Objection


class NothingTwice(RecipientRule[DuplicateFacts]):
    """Send nothing twice: one message per person, and one advertisement per shared address.

    Persons who share an address each get messages about their own contract; a commercial mailing reaches the address
    once.

    Norm: good practice: of several channels and lists each person gets one message; Regulation (EU) 2016/679 art.
    5(1)(c) (data minimisation).
    """

    code = "G08"
    slug = "twice"
    applies_to = EVERY_CLASS
    about = DuplicateFacts

    def objection(self, occasion: Occasion, facts: DuplicateFacts) -> Objection | None:
        if facts.already_has:
            return Objection(self.code, {"why": "has it already"})
        if facts.address_taken_by is not None and occasion.message_class == "commercial":
            return Objection(self.code, {"why": "same address", "person": facts.address_taken_by})
        return None
