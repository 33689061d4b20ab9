from esmero.policy.case import Occasion, Recipient
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class FrequencyIsTheirs(RecipientRule):
    """Respect the interval that the person chose: the next message on a topic waits until it has passed.

    Norm: good practice: the recipient chooses the frequency; Regulation (EU) 2016/679 art. 5(1)(a) (a promise of "once
    a month" in the wording of a consent is kept).
    """

    code = "G06"
    slug = "too-soon"
    applies_to = UNSOLICITED

    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        if recipient.minimum_gap is None or recipient.last_written_at is None:
            return None
        until = recipient.last_written_at + recipient.minimum_gap
        if until <= occasion.at:
            return None
        return Objection(
            self.code,
            {
                "last": recipient.last_written_at.isoformat(),
                "gap_seconds": int(recipient.minimum_gap.total_seconds()),
            },
            until,
        )
