from esmero.policy.case import Occasion
from esmero.policy.facts import FrequencyFacts, TopicFrequency
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class FrequencyIsTheirs(RecipientRule[TopicFrequency]):
    """Respect the interval that the person chose: the next message on a topic waits until it has passed.

    Norm: good practice: the recipient chooses the frequency; Regulation (EU) 2016/679 art. 5(1)(a) (a promise of "once
    a month" in the wording of a consent is kept).
    """

    code = "G06"
    slug = "too-soon"
    applies_to = UNSOLICITED
    about = FrequencyFacts

    def objection(self, occasion: Occasion, facts: TopicFrequency) -> Objection | None:
        if facts.minimum_gap is None or facts.last_written_at is None:
            return None
        until = facts.last_written_at + facts.minimum_gap
        if until <= occasion.at:
            return None
        return Objection(
            self.code,
            {
                "last": facts.last_written_at.isoformat(),
                "gap_seconds": int(facts.minimum_gap.total_seconds()),
            },
            until,
        )
