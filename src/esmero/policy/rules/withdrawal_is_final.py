from esmero.policy.case import Occasion
from esmero.policy.permission import PermissionAnswer, StatedPermissions
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class WithdrawalIsFinal(RecipientRule[PermissionAnswer]):
    """Send nothing after a withdrawal or objection, unless the person has consented again since.

    A withdrawal belongs to person, brand and topic; an objection without a topic covers all such mail. On equal dates
    the withdrawal wins. Only a newer consent overrides it: no other legal basis, and no consent dated in the future.

    Norm: Regulation (EU) 2016/679 art. 7(3) and 21(2)-(3); Directive 2002/58/EC art. 13(2); Spain: Ley 34/2002 art.
    22.1; RFC 8058 (one click is enough).
    """

    code = "G04"
    slug = "withdrawn"
    applies_to = UNSOLICITED
    about = StatedPermissions

    def objection(self, occasion: Occasion, facts: PermissionAnswer) -> Objection | None:  # noqa: ARG002
        last = facts.revoked
        if last is None:
            return None
        return Objection(
            self.code,
            {"state": last.state, "topic": last.topic, "at": last.at.isoformat(), "source": last.source},
        )
