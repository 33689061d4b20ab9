from esmero.policy.case import Occasion
from esmero.policy.facts import AddressFacts
from esmero.policy.rule import EVERY_CLASS, RecipientRule
from esmero.policy.verdict import Objection


class AddressIsReachable(RecipientRule[AddressFacts]):
    """Send a message only to an address that can work.

    A notice in the customer portal needs none. An address that is failing is still tried.

    Norm: RFC 5321 section 4.1.2 and RFC 5322 section 3.4.1 (what an address is); Regulation (EU) 2016/679 art. 5(1)(d)
    (accuracy).
    """

    code = "G02"
    slug = "no-address"
    applies_to = EVERY_CLASS
    about = AddressFacts

    def objection(self, occasion: Occasion, facts: AddressFacts) -> Objection | None:
        if occasion.channel == "portal":
            return None
        if facts.standing == "invalid":
            return Objection(self.code, {"why": "invalid"})
        if facts.standing == "none" or not facts.address:
            return Objection(self.code, {"why": "none"})
        return None
