from esmero.policy.case import Occasion
from esmero.policy.rule import EVERY_CLASS, OccasionRule
from esmero.policy.verdict import Objection


class PersonIsReachable(OccasionRule):
    """Name a contact for every message: a name, a phone number at an ordinary rate, a reply address that is read.

    Norm: Directive 2000/31/EC art. 5(1)(a)-(c); Directive 2011/83/EU art. 21 (no more than the basic rate); Spain: Real
    Decreto-ley 37/2020 and Ley 10/2025 (a person on request).
    """

    code = "G10"
    slug = "nobody-there"
    applies_to = EVERY_CLASS

    def objection(self, occasion: Occasion) -> Objection | None:
        missing = []
        if not occasion.sender_name.strip():
            missing.append("name")
        if not occasion.phone.strip():
            missing.append("phone")
        elif not occasion.phone_at_ordinary_rate:
            missing.append("ordinary rate")
        if not occasion.reply_is_read:
            missing.append("reply address")
        return Objection(self.code, {"missing": ", ".join(missing)}) if missing else None
