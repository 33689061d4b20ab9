from esmero.policy.case import Occasion
from esmero.policy.facts import AddressFacts
from esmero.policy.rule import EVERY_CLASS, RecipientRule
from esmero.policy.verdict import Objection


class SuppressedAddressStaysSilent(RecipientRule[AddressFacts]):
    """Send nothing to a suppressed address; a new permission does not lift the suppression.

    An address with hard bounces is suppressed for all mail. One with a complaint is suppressed for commercial and
    relational mail; messages that a contract or an answer requires still go.

    Norm: RFC 5321 section 4.2.1 (a 5yz reply is permanent: the same request is not repeated); Regulation (EU) 2016/679
    art. 21(3); good practice of mailbox providers: a complaint silences at once.
    """

    code = "G01"
    slug = "suppressed"
    applies_to = EVERY_CLASS
    about = AddressFacts

    def objection(self, occasion: Occasion, facts: AddressFacts) -> Objection | None:
        suppression = facts.suppression
        if suppression is None:
            return None
        if suppression.scope == "commercial" and occasion.message_class in {"service", "auto-reply"}:
            return None
        return Objection(
            self.code,
            {"scope": suppression.scope, "reason": suppression.reason, "since": suppression.since.isoformat()},
        )
