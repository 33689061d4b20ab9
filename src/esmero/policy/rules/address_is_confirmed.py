from esmero.policy.case import Occasion
from esmero.policy.permission import PermissionAnswer, StatedPermissions
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class AddressIsConfirmed(RecipientRule[PermissionAnswer]):
    """Send nothing on a consent that was given on a form until the holder of the address has confirmed it.

    Anybody can type an address into a form: such a consent is only requested, and counts from the confirmation on
    (double opt-in). A list with its proof, and what a person told staff, are consents without a form.

    Norm: Regulation (EU) 2016/679 art. 5(1)(d) and 7(1) (the controller demonstrates it); Directive 2002/58/EC art.
    13(1); good practice: double opt-in.
    """

    code = "G12"
    slug = "unconfirmed"
    applies_to = UNSOLICITED
    about = StatedPermissions

    def objection(self, occasion: Occasion, facts: PermissionAnswer) -> Objection | None:  # noqa: ARG002
        request = facts.requested
        if request is None:
            return None
        return Objection(self.code, {"at": request.at.isoformat(), "source": request.source})
