"""The two verbs of the gate's tests, and a case to which nobody objects."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from esmero.policy.case import Case, CasePermission, Occasion, Promotion, PromotionPreferences, Recipient
from esmero.policy.gate import judge
from esmero.policy.verdict import Objection

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)

OCCASION = Occasion(
    at=NOW,
    brand="fibra-norte",
    channel="email",
    message_class="commercial",
    purpose="newsletter",
    topic="novedades",
    valid_bases=frozenset({"consent", "soft opt-in"}),
    reason="You asked for our news once a month.",
    promotion=None,
    sender_name="Elena Prado",
    phone="+34 910 000 000",
    phone_at_ordinary_rate=True,
    reply_is_read=True,
    sender_identified=True,
    labelled=True,
    leave_offered=True,
)
OFFERS = Promotion(purpose="newsletter", topic="novedades", valid_bases=frozenset({"consent"}))


def an_entry(state="granted", **changes):
    """A ledger entry of consent to the newsletter, 100 days old."""
    entry = CasePermission(
        purpose="newsletter",
        topic="novedades",
        state=state,
        basis="consent",
        at=NOW - 100 * DAY,
        wording_version="v1",
        source="web form",
    )
    return entry._replace(**changes)


RECIPIENT = Recipient(
    person=1,
    address="ana@cliente.example",
    standing="ok",
    suppression=None,
    permissions=(an_entry(),),
    wants_topic=None,
    minimum_gap=None,
    last_written_at=None,
    paused_until=None,
    already_has=False,
    address_taken_by=None,
    promotion_preferences=PromotionPreferences(wants_topic=None, minimum_gap=None, last_written_at=None),
)


def a_case(**changes):
    """The case to which nobody objects, with these facts changed; a fact is named as in Occasion or Recipient."""
    about_recipient = {name: value for name, value in changes.items() if name in Recipient._fields}
    about_occasion = {name: value for name, value in changes.items() if name not in about_recipient}
    return Case(replace(OCCASION, **about_occasion), RECIPIENT._replace(**about_recipient))


def lets_pass(case: Case) -> None:
    """Nobody objects."""
    verdict = judge(case)
    assert (verdict.outcome, verdict.codes()) == ("go", "")


def objects(case: Case, code: str) -> Objection:
    """Exactly this rule objects, and no other; the objection is handed back for a look at its facts."""
    verdict = judge(case)
    assert [objection.code for objection in verdict.objections] == [code]
    assert verdict.outcome == ("wait" if verdict.objections[0].until else "refuse")
    return verdict.objections[0]
