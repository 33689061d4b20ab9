from esmero.policy.case import Occasion
from esmero.policy.rule import COMMERCE, OccasionRule
from esmero.policy.verdict import Objection


class CommerceIsLabelled(OccasionRule):
    """Label advertising as such, identify its sender with a postal address, and offer an unsubscribe link.

    Norm: Directive 2000/31/EC art. 6(a)-(b); Directive 2002/58/EC art. 13(4); Spain: Ley 34/2002 art. 20; RFC 2369 and
    RFC 8058 (the way out in the headers).
    """

    code = "G11"
    slug = "unlabelled"
    applies_to = COMMERCE

    def objection(self, occasion: Occasion) -> Objection | None:
        missing = []
        if not occasion.labelled:
            missing.append("label")
        if not occasion.sender_identified:
            missing.append("sender")
        if not occasion.leave_offered:
            missing.append("way out")
        return Objection(self.code, {"missing": ", ".join(missing)}) if missing else None
