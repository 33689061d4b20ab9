from esmero.policy.case import Occasion, Recipient
from esmero.policy.rule import EVERY_CLASS, RecipientRule
from esmero.policy.verdict import Objection


class AddressIsReachable(RecipientRule):
    """Send a message only to an address that can work.

    A notice in the customer portal needs none. An address that is failing or unconfirmed is still tried.

    Norm: RFC 5321 section 4.1.2 and RFC 5322 section 3.4.1 (what an address is); Regulation (EU) 2016/679 art. 5(1)(d)
    (accuracy).
    """

    code = "G02"
    slug = "no-address"
    applies_to = EVERY_CLASS

    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        if occasion.channel == "portal":
            return None
        if recipient.standing == "invalid":
            return Objection(self.code, {"why": "invalid"})
        if recipient.standing == "none" or not recipient.address:
            return Objection(self.code, {"why": "none"})
        return None
