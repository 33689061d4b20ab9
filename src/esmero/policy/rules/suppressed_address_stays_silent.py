from esmero.policy.case import Occasion, Recipient
from esmero.policy.rule import EVERY_CLASS, RecipientRule
from esmero.policy.verdict import Objection


class SuppressedAddressStaysSilent(RecipientRule):
    """An address that was silenced gets nothing, and no new permission revives it.

    An address that returned mail for good is silenced wholly. One from which somebody complained is silenced for
    commercial and relational mail; what a contract or an answer needs still goes.

    Norm: RFC 5321 section 4.2.1 (a 5yz reply is permanent: the same request is not repeated); Regulation (EU) 2016/679
    art. 21(3); good practice of mailbox providers: a complaint silences at once.
    """

    code = "G01"
    slug = "suppressed"
    applies_to = EVERY_CLASS

    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        suppression = recipient.suppression
        if suppression is None:
            return None
        if suppression.scope == "commercial" and occasion.message_class in {"service", "auto-reply"}:
            return None
        return Objection(
            self.code,
            {"scope": suppression.scope, "reason": suppression.reason, "since": suppression.since.isoformat()},
        )
