from esmero.policy.case import Occasion, Recipient
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


class PermissionIsProven(RecipientRule):
    """Send unsolicited messages only to a person with a permission in the ledger.

    The permission must be for this purpose and topic, by this channel, on a legal basis that the jurisdiction accepts,
    and must not have expired. A permission that was only requested proves nothing. A later withdrawal is checked by
    another rule.

    Norm: Directive 2002/58/EC art. 13(1)-(2); Regulation (EU) 2016/679 art. 7(1) (the controller demonstrates it);
    Spain: Ley 34/2002 art. 21; France: CPCE art. L34-5.
    """

    code = "G03"
    slug = "no-permission"
    applies_to = UNSOLICITED

    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        entries = [entry for entry in recipient.permissions if entry.covers(occasion)]
        granted = [entry for entry in entries if entry.state == "granted"]
        if not granted:
            requested = any(entry.state == "requested" for entry in entries)
            return Objection(self.code, {"why": "only requested" if requested else "no grant"})
        accepted = [entry.at for entry in granted if entry.basis in occasion.valid_bases]
        if not accepted:
            return Objection(self.code, {"why": "basis not valid", "basis": granted[-1].basis})
        if len(granted) < len(entries):
            latest = max(accepted)
            if any(entry.state == "expired" and latest <= entry.at <= occasion.at for entry in entries):
                return Objection(self.code, {"why": "expired", "granted": latest.isoformat()})
        return None
