"""Gather the facts that the gate may look at: once for what a dispatch shares, in bulk for the people.

The number of queries does not depend on the number of people.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Max, Q

from esmero.house.jurisdictions import is_ordinary_rate, valid_bases
from esmero.house.models import Brand
from esmero.outbox.models import Message
from esmero.people.addresses.suppression import find_suppressions
from esmero.people.models import Address, Permission, PermissionEntry, Preference, Purpose, Topic
from esmero.policy import case


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchReason:
    """Why something is to be sent: what campaign or dispatch say of themselves."""

    brand: Brand
    message_class: case.MessageClass
    channel: case.Channel
    purpose: Purpose | None
    topic: Topic | None
    words: Mapping[str, str]
    dispatch_id: int | None
    promotion: Topic | None = None


class AddressedPerson(NamedTuple):
    """A person and the address that would be used."""

    person: int
    address: str


def describe_occasion(reason: DispatchReason, *, at: datetime) -> case.Occasion:
    """Gather what all people of a dispatch share. Header and foot of a mail are made by us, so they are as stated here."""
    brand = reason.brand
    commercial = reason.message_class == "commercial"
    return case.Occasion(
        at=at,
        brand=brand.slug,
        channel=reason.channel,
        message_class=reason.message_class,
        purpose=reason.purpose.code if reason.purpose else "",
        topic=reason.topic.code if reason.topic else "",
        valid_bases=valid_bases(brand.profile, channel=reason.channel, commercial=commercial),
        reason=next((words for words in reason.words.values() if words.strip()), ""),
        promotion=_describe_promotion(reason),
        sender_name=brand.sender_name,
        phone=brand.phone,
        phone_at_ordinary_rate=is_ordinary_rate(brand.phone, code=brand.profile),
        reply_is_read=bool(brand.return_domain),
        sender_identified=bool((brand.legal_name or brand.name) and brand.postal_address),
        labelled=True,
        leave_offered=commercial or reason.message_class == "relational",
    )


def _describe_promotion(reason: DispatchReason) -> case.Promotion | None:
    """Say what the slot is for; it is advertising, whatever the message around it is."""
    topic = reason.promotion
    if topic is None:
        return None
    bases = valid_bases(reason.brand.profile, channel=reason.channel, commercial=True)
    return case.Promotion(purpose=topic.purpose.code, topic=topic.code, valid_bases=bases)


def gather_recipients(
    people: Sequence[AddressedPerson],
    *,
    reason: DispatchReason,
    taken: Mapping[str, int] | None = None,
    already: Iterable[int] = (),
) -> list[case.Recipient]:
    """Gather the facts of these people, in their order.

    `taken` maps an address to the person who gets this dispatch there; `already` are persons who have a message of it.
    """
    ids = [one.person for one in people]
    permissions = _permissions(ids, reason)
    wishes, paused = _preferences(ids, reason, topic=reason.topic)
    last_written = _last_written(wishes, reason, topic=reason.topic)
    slot = reason.promotion
    slot_wishes, slot_paused = _preferences(ids, reason, topic=slot) if slot else ({}, {})
    slot_written = _last_written(slot_wishes, reason, topic=slot) if slot else {}
    paused |= {person: max(until, paused.get(person, until)) for person, until in slot_paused.items()}
    values = {one.address for one in people if one.address}
    suppressions = find_suppressions(values, brand=reason.brand.pk)
    failing = set(
        Address.objects.filter(value__in=values, standing=Address.Standing.FAILING).values_list("value", flat=True)
    )
    had = frozenset(already)
    taken = taken or {}
    nobody: tuple[bool | None, timedelta | None] = (None, None)
    recipients = []
    for person, address in people:
        silence = suppressions.get(address)
        wants, gap = wishes.get(person, nobody)
        owner = taken.get(address) if address else None
        recipients.append(
            case.Recipient(
                person=person,
                address=address or None,
                standing="none" if not address else "failing" if address in failing else "ok",
                suppression=case.CaseSuppression(scope=silence.scope, reason=silence.reason, since=silence.since)  # type: ignore[arg-type]
                if silence
                else None,
                permissions=tuple(permissions.get(person, ())),
                wants_topic=wants,
                minimum_gap=gap,
                last_written_at=last_written.get(person),
                paused_until=paused.get(person),
                already_has=person in had,
                address_taken_by=owner if owner != person else None,
                promotion_preferences=case.PromotionPreferences(
                    *slot_wishes.get(person, nobody), slot_written.get(person)
                )
                if slot
                else None,
            )
        )
    return recipients


def _permissions(ids: Sequence[int], reason: DispatchReason) -> dict[int, list[case.CasePermission]]:
    found: dict[int, list[case.CasePermission]] = defaultdict(list)
    rows = Permission.objects.filter(person_id__in=ids, brand=reason.brand, channel=reason.channel).values_list(
        "person_id",
        "purpose__code",
        "topic__code",
        "granted_at",
        "basis",
        "withdrawn_at",
        "objected",
        "entry__act",
        "entry__at",
        "entry__wording_version",
        "entry__source",
    )
    for person, purpose, topic, granted_at, basis, withdrawn_at, objected, act, at, version, source in rows:
        mine = found[person]
        if granted_at:
            mine.append(case.CasePermission(purpose, topic or "", "granted", basis, granted_at, version, source))
        if withdrawn_at:
            state: case.PermissionState = "objected" if objected else "withdrawn"
            mine.append(case.CasePermission(purpose, topic or "", state, "", withdrawn_at, version, source))
        if not granted_at and not withdrawn_at and act in (PermissionEntry.Act.REQUESTED, PermissionEntry.Act.EXPIRED):
            mine.append(case.CasePermission(purpose, topic or "", act, basis, at, version, source))  # type: ignore[arg-type]
    return found


def _preferences(
    ids: Sequence[int], reason: DispatchReason, *, topic: Topic | None
) -> tuple[dict[int, tuple[bool | None, timedelta | None]], dict[int, datetime]]:
    """Give what each person wishes for the topic (wanted, least gap; the brand-wide wish fills in) and who pauses."""
    wishes: dict[int, tuple[bool | None, timedelta | None]] = {}
    paused: dict[int, datetime] = {}
    rows = Preference.objects.filter(Q(topic=topic) | Q(topic=None), person_id__in=ids, brand=reason.brand)
    # Brand-wide wishes first, so that those for the topic itself win.
    ordered = sorted(
        rows.values_list("person_id", "topic_id", "wanted", "minimum_gap_days", "paused_until"),
        key=lambda row: row[1] is not None,
    )
    for person, _, wanted, days, until in ordered:
        old = wishes.get(person, (None, None))
        wishes[person] = (old[0] if wanted is None else wanted, old[1] if days is None else timedelta(days=days))
        if until is not None:
            paused[person] = max(until, paused.get(person, until))
    return wishes, paused


def _last_written(
    wishes: Mapping[int, tuple[bool | None, timedelta | None]], reason: DispatchReason, *, topic: Topic | None
) -> dict[int, datetime]:
    """Give when those who chose a frequency were last written to about a topic, in the body or in a promotion."""
    ids = [person for person, (_, gap) in wishes.items() if gap is not None]
    if not ids:
        return {}
    about = Q(dispatch__topic=topic)
    if topic is not None:
        about |= Q(dispatch__promotion_topic=topic, promotion="")
    written = Message.objects.filter(about, person_id__in=ids, sent_at__isnull=False, dispatch__brand=reason.brand)
    if reason.dispatch_id is not None:
        written = written.exclude(dispatch_id=reason.dispatch_id)
    return dict(written.values_list("person_id").annotate(Max("sent_at")))
