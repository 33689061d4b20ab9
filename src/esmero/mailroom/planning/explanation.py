"""Explain why a message was sent to a person: permission, rules, frequency, and stored data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from esmero.outbox.models import Message
from esmero.people.models import Channel, ContactPoint, PermissionEntry, Person, Preference
from esmero.people.permissions.decisions import ask_about, read_person
from esmero.policy.gate import RULES
from esmero.policy.permission import decide_permission
from esmero.policy.rules.permission_is_proven import PermissionIsProven

KNOWN = ("name", "number", "language", "country", "organisation", "phone", "post", "fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageExplanation:
    """Hold the facts of an explanation; the web package words them.

    `known` holds names from KNOWN: kinds of data, never the data. `needed`: this message must not be sent without a
    permission.
    """

    permission: PermissionEntry | None
    rules: tuple[str, ...]
    gap: timedelta | None
    before: datetime | None
    known: tuple[str, ...]
    needed: bool


def explain(message: Message) -> MessageExplanation:
    """Gather the reasons for a message from the ledger."""
    dispatch = message.dispatch
    rules = tuple(rule.code for rule in RULES if dispatch.message_class in rule.applies_to)
    return MessageExplanation(
        permission=_find_permission(message),
        rules=rules,
        gap=_find_gap(message),
        before=_find_previous(message),
        known=list_known(message.person) if message.person else (),
        needed=PermissionIsProven.code in rules,
    )


def _find_permission(message: Message) -> PermissionEntry | None:
    """Return the grant on which the message was based.

    That is the one that decides now, if it was given before the message was sent, else the newest of that time.
    """
    dispatch = message.dispatch
    if message.person_id is None or dispatch.purpose is None:
        return None
    sent_at = message.sent_at or message.judged_at
    # A person has few entries, so the index on the person is best; the ledger's other indexes cover all persons.
    grants = {
        entry.pk: entry
        for entry in PermissionEntry.objects.filter(person=message.person_id).order_by("id")
        if (entry.brand_id, entry.channel, entry.purpose_id)
        == (dispatch.brand_id, dispatch.channel, dispatch.purpose_id)
        and entry.act == PermissionEntry.Act.GRANTED
        and entry.topic_id in {None, dispatch.topic_id}
        and (sent_at is None or entry.at <= sent_at)
    }
    channel = Channel(dispatch.channel)
    statements = read_person(message.person_id, brand=dispatch.brand).get(channel, [])
    question = ask_about(dispatch.purpose, dispatch.topic, brand=dispatch.brand, channel=channel)
    deciding = decide_permission(statements, question=question).grant
    newest = max(grants.values(), key=lambda entry: (entry.at, entry.pk), default=None)
    return grants.get(deciding.entry or 0, newest) if deciding is not None else newest


def _find_gap(message: Message) -> timedelta | None:
    preferences = Preference.objects.filter(person=message.person_id, brand=message.dispatch.brand_id)
    for topic in (message.dispatch.topic_id, None):
        days = preferences.filter(topic=topic).values_list("minimum_gap_days", flat=True).first()
        if days is not None:
            return timedelta(days=days)
    return None


def _find_previous(message: Message) -> datetime | None:
    if message.person_id is None or message.sent_at is None:
        return None
    others = Message.objects.filter(
        person=message.person_id, dispatch__topic=message.dispatch.topic_id, dispatch__brand=message.dispatch.brand_id
    )
    others = others.filter(sent_at__lt=message.sent_at).exclude(pk=message.pk)
    return others.order_by("-sent_at").values_list("sent_at", flat=True).first()


def list_known(person: Person) -> tuple[str, ...]:
    """Return the kinds of data that are stored on a person, by names from KNOWN."""
    kinds = set(ContactPoint.objects.filter(person=person).values_list("kind", flat=True))
    facts = {
        "name": person.given_name or person.family_name,
        "number": person.number,
        "language": person.language,
        "country": person.country,
        "organisation": person.organisation_id,
        "phone": ContactPoint.Kind.PHONE in kinds,
        "post": ContactPoint.Kind.POST in kinds,
        "fields": person.fields,
    }
    return tuple(name for name in KNOWN if facts[name])
