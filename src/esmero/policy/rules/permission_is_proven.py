from esmero.policy.case import Occasion
from esmero.policy.permission import PermissionAnswer, StatedPermissions
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection, Scalar


class PermissionIsProven(RecipientRule[PermissionAnswer]):
    """Send unsolicited messages only to a person with a permission in the ledger.

    The permission must be for this purpose and topic, by this channel, on a legal basis that the jurisdiction accepts,
    and must not have expired. Two other rules check a later withdrawal, and a consent that waits for its confirmation.

    Norm: Directive 2002/58/EC art. 13(1)-(2); Regulation (EU) 2016/679 art. 7(1) (the controller demonstrates it);
    Spain: Ley 34/2002 art. 21; France: CPCE art. L34-5.
    """

    code = "G03"
    slug = "no-permission"
    applies_to = UNSOLICITED
    about = StatedPermissions

    def objection(self, occasion: Occasion, facts: PermissionAnswer) -> Objection | None:  # noqa: ARG002
        if not facts.unproven:
            return None
        about: dict[str, Scalar] = {"why": facts.unproven}
        if facts.grant is not None and facts.unproven == "basis not valid":
            about["basis"] = facts.grant.basis
        elif facts.grant is not None:
            about["granted"] = facts.grant.at.isoformat()
        return Objection(self.code, about)
