"""Unsubscribe by a message, from its topic or from all advertising of its brand, and undo an accidental unsubscription.

The caller must have proof that the person holds the message (a signed token, or its Message-ID).
"""

from datetime import datetime, timedelta

from django.db import transaction

from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Channel, PermissionEntry, Purpose, Topic
from esmero.people.permissions.decisions import ask_about, decide_topics, read_person
from esmero.people.permissions.ledger import NewEntry, record
from esmero.policy.permission import CONSENT, decide_permission
from esmero.vault.models import StoredFile

COMPLAINT = "complaint"
UNDO_FOR = timedelta(hours=24)

Act = PermissionEntry.Act


def unsubscribe_by_message(
    message: Message,
    *,
    at: datetime,
    source: str,
    everything: bool = False,
    proof: StoredFile | None = None,
    reason: str = "",
    place: str = "",
) -> bool:
    """Withdraw the permission for this message: its topic, or (no topic, or `everything`) all advertising of its brand.

    A promotion in the message is withdrawn with it; one in an invoice is withdrawn without the invoice. `source` is
    mail, complaint, one-click or page; `reason` a code that the person chose. If the message is only one of several
    candidates, `place` names the proof instead, and no event of it is created. Committed with the caller's transaction,
    or on return. Repeating it changes nothing and returns False.
    """
    with transaction.atomic():
        message = _lock(message)
        topic = None if everything else message.dispatch.topic
        purpose = topic.purpose if topic else _find_advertising_purpose(message)
        if message.person_id is None or purpose is None:
            return False
        left: list[tuple[Purpose, Topic | None]] = [(purpose, topic)]
        promoted = message.dispatch.promotion_topic
        if topic is not None and promoted is not None and promoted != topic and not message.promotion:
            left.append((promoted.purpose, promoted))
        entries = [
            NewEntry(
                person=message.person_id,
                brand=message.dispatch.brand_id,
                purpose=each.pk,
                topic=about.pk if about else None,
                act=Act.WITHDRAWN if about else Act.OBJECTED,
                source=source,
                at=at,
                proof=proof.pk if proof else None,
                proof_place=place or _place(message),
                by_person=True,
            )
            for each, about in left
            if not _is_unsubscribed(message, purpose=each, topic=about)
        ]
        if not entries:
            return False
        record(entries)
        if source != COMPLAINT and not place:  # a complaint has an event of its own and is no unsubscription
            facts = {"by": source, "topic": topic.code if topic else "", "reason": reason}
            MessageEvent.objects.create(message=message, kind=MessageEvent.Kind.UNSUBSCRIBED, at=at, facts=facts)
    return True


def is_unsubscribed(message: Message) -> bool:
    """Say whether the person has unsubscribed from the message's topic or brand, and not returned since."""
    topic = message.dispatch.topic
    purpose = topic.purpose if topic else _find_advertising_purpose(message)
    return (
        message.person_id is not None
        and purpose is not None
        and _is_unsubscribed(message, purpose=purpose, topic=topic)
    )


def may_undo(message: Message, *, at: datetime) -> bool:
    """Say whether `undo_unsubscription` would have an effect."""
    return _find_undoable(message, at=at) is not None


def undo_unsubscription(message: Message, *, at: datetime, wording: str) -> bool:
    """Undo a withdrawal made by this same message within a day, if there was a permission before.

    The person's act is a new consent, with the wording on the button as its text: nothing else revives a permission.
    """
    with transaction.atomic():
        withdrawal = _find_undoable(_lock(message), at=at)
        if withdrawal is None:
            return False
        back = NewEntry(
            person=withdrawal.person_id,
            brand=withdrawal.brand_id,
            purpose=withdrawal.purpose_id,
            topic=withdrawal.topic_id,
            act=Act.GRANTED,
            basis=CONSENT,
            source="unsubscribe page, undone",
            at=at,
            wording=wording,
            proof_place=_place(message),
            by_person=True,
        )
        return bool(record([back]))


def _find_undoable(message: Message, *, at: datetime) -> PermissionEntry | None:
    topic = message.dispatch.topic
    if message.person_id is None or topic is None:
        return None
    # A person has few entries, so the index on the person is best; the ledger's other indexes cover all persons.
    where = (message.dispatch.brand_id, Channel.EMAIL, topic.purpose_id)
    ledger = [
        entry
        for entry in PermissionEntry.objects.filter(person=message.person_id).order_by("id")
        if (entry.brand_id, entry.channel, entry.purpose_id) == where and entry.topic_id in {None, topic.pk}
    ]
    last = next((entry for entry in reversed(ledger) if entry.topic_id == topic.pk), None)
    if last is None or last.act != Act.WITHDRAWN or last.proof_place != _place(message) or at - last.at > UNDO_FOR:
        return None
    return last if any(entry.act == Act.GRANTED and entry.pk < last.pk for entry in ledger) else None


def _is_unsubscribed(message: Message, *, purpose: Purpose, topic: Topic | None) -> bool:
    brand = message.dispatch.brand
    assert message.person_id is not None
    statements = read_person(message.person_id, brand=brand).get(Channel.EMAIL, [])
    if topic is not None:
        return decide_permission(statements, question=ask_about(purpose, topic, brand=brand)).revoked is not None
    if not any(one.state == "objected" and not one.topic for one in statements):
        return False
    topics = list(Topic.objects.filter(brand=brand, purpose__commercial=True).select_related("purpose"))
    return not any(answer.is_allowed for answer in decide_topics(statements, topics=topics, brand=brand).values())


def _find_advertising_purpose(message: Message) -> Purpose | None:
    """Return the purpose of an objection to all advertising; None if the installation has no commercial purpose."""
    purpose = message.dispatch.purpose
    if purpose is not None and purpose.commercial:
        return purpose
    return Purpose.objects.filter(commercial=True).order_by("id").first()


def _lock(message: Message) -> Message:
    # Only the message: PostgreSQL refuses FOR UPDATE on the nullable side of an outer join.
    rows = Message.objects.select_for_update(of=("self",)).select_related("dispatch__brand")
    return rows.select_related(
        "dispatch__topic__purpose", "dispatch__promotion_topic__purpose", "dispatch__purpose"
    ).get(pk=message.pk)


def _place(message: Message) -> str:
    return f"message {message.pk}"
