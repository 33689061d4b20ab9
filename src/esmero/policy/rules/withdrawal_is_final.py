from esmero.policy.case import CONSENT, CasePermission, Occasion, Recipient
from esmero.policy.rule import UNSOLICITED, RecipientRule
from esmero.policy.verdict import Objection


def _revokes(entry: CasePermission, *, occasion: Occasion) -> bool:
    if entry.state == "withdrawn":
        return entry.covers(occasion)
    # An objection without a topic covers all commercial mail, under any recorded purpose.
    return entry.state == "objected" and (entry.topic == "" or entry.covers(occasion))


def _consents_anew(entry: CasePermission, *, after: CasePermission, occasion: Occasion) -> bool:
    given = entry.state == "granted" and entry.basis == CONSENT and entry.covers(occasion)
    return given and after.at < entry.at <= occasion.at


class WithdrawalIsFinal(RecipientRule):
    """Send nothing after a withdrawal or objection, unless the person has consented again since.

    A withdrawal belongs to person, brand and topic; an objection without a topic covers all such mail. On equal dates
    the withdrawal wins. Only a newer consent overrides it: no other legal basis, and no consent dated in the future.

    Norm: Regulation (EU) 2016/679 art. 7(3) and 21(2)-(3); Directive 2002/58/EC art. 13(2); Spain: Ley 34/2002 art.
    22.1; RFC 8058 (one click is enough).
    """

    code = "G04"
    slug = "withdrawn"
    applies_to = UNSOLICITED

    def objection(self, occasion: Occasion, recipient: Recipient) -> Objection | None:
        revoked = [entry for entry in recipient.permissions if _revokes(entry, occasion=occasion)]
        if not revoked:
            return None
        last = max(revoked, key=lambda entry: entry.at)
        if any(_consents_anew(entry, after=last, occasion=occasion) for entry in recipient.permissions):
            return None
        return Objection(
            self.code,
            {"state": last.state, "topic": last.topic, "at": last.at.isoformat(), "source": last.source},
        )
