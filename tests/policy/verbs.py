"""The two verbs of the gate's tests, and a case to which nobody objects."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from esmero.house.jurisdictions import profile_of
from esmero.policy.case import Case, Occasion, Promotion, Recipient
from esmero.policy.facts import (
    NO_DUPLICATE,
    NO_FREQUENCY,
    NO_PREFERENCE,
    AddressFacts,
    DuplicateFacts,
    FrequencyFacts,
    PreferenceFacts,
)
from esmero.policy.gate import judge
from esmero.policy.permission import CasePermission, StatedPermissions
from esmero.policy.quiet_hours import ResidenceFacts
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
        entry=None,
    )
    return entry._replace(**changes)


SPAIN = ResidenceFacts(ZoneInfo("Europe/Madrid"), profile_of("ES").hours)
TOPICS = ("", "novedades", "ofertas")
RECIPIENT = Recipient(person=1, own={}, shared={}).replace_facts(
    AddressFacts("ana@cliente.example", "ok", None),
    StatedPermissions((an_entry(),)),
    PreferenceFacts(dict.fromkeys(TOPICS, NO_PREFERENCE)),
    FrequencyFacts(dict.fromkeys(TOPICS, NO_FREQUENCY)),
    NO_DUPLICATE,
    SPAIN,
)
# The class of facts by the names that tests use; preferences and frequency are those for one topic.
_KINDS = {
    "address": AddressFacts,
    "standing": AddressFacts,
    "suppression": AddressFacts,
    "statements": StatedPermissions,
    "wanted": PreferenceFacts,
    "paused_until": PreferenceFacts,
    "minimum_gap": FrequencyFacts,
    "last_written_at": FrequencyFacts,
    "already_has": DuplicateFacts,
    "address_taken_by": DuplicateFacts,
    "residence": ResidenceFacts,
}


def a_recipient(*, topic=OCCASION.topic, of=RECIPIENT, **changes):
    """The person to whom nobody objects, with these facts changed; what depends on a topic, for this topic."""
    for name, value in changes.items():
        kind = _KINDS[name]
        if kind is ResidenceFacts:
            changed = value
        elif kind in (PreferenceFacts, FrequencyFacts):
            by_topic = dict(of.facts[kind].by_topic)
            by_topic[topic] = by_topic[topic]._replace(**{name: value})
            changed = kind(by_topic)
        else:
            changed = (replace if kind is DuplicateFacts else kind._replace)(of.facts[kind], **{name: value})
        of = of.replace_facts(changed)
    return of


def a_case(**changes):
    """The case to which nobody objects, with these facts changed; a fact is named as in its class."""
    about_occasion = {name: value for name, value in changes.items() if name not in _KINDS}
    about_recipient = {name: value for name, value in changes.items() if name in _KINDS}
    occasion = replace(OCCASION, **about_occasion)
    return Case(occasion, a_recipient(topic=occasion.topic, **about_recipient))


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
