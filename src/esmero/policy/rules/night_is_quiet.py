from esmero.policy.case import Occasion
from esmero.policy.quiet_hours import ResidenceFacts, quiet_until
from esmero.policy.rule import EVERY_CLASS, RecipientRule
from esmero.policy.verdict import Objection


class NightIsQuiet(RecipientRule[ResidenceFacts]):
    """Let advertising, and every call, wait for the open hours of the recipient: their time zone, their jurisdiction.

    Mail that a contract, an answer or a subscription requires goes at any hour, without its promotion at night.

    Norm: France: Code de la consommation art. D223-9 (calls only on working days from 10 to 13 and 14 to 20 h, where
    the consumer lives); Spain: Real Decreto Legislativo 1/2007 art. 96.2 (calls only on working days from 9 to 21 h);
    good practice: no advertising by mail at night.
    """

    code = "G13"
    slug = "night"
    applies_to = EVERY_CLASS
    about = ResidenceFacts

    def objection(self, occasion: Occasion, facts: ResidenceFacts) -> Objection | None:
        kind = "commercial" if occasion.message_class == "commercial" else "other"
        until = quiet_until(facts, at=occasion.at, channel=occasion.channel, kind=kind)
        return None if until is None else Objection(self.code, {"zone": facts.zone.key or ""}, until)
