"""The facts of one case: what a dispatch shares (the occasion) and what belongs to one person (the recipient).

Nothing else exists for a rule. Facts have no defaults: whoever gathers a case states each of them, so that a forgotten
one is an error and never a silent *go*. All times are aware; `Occasion.at` is the only *now*. What is built once a person
is a named tuple: as unchangeable as a frozen dataclass, and built in a third of the time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

type Channel = Literal["email", "post", "phone", "portal"]
type MessageClass = Literal["service", "relational", "commercial", "auto-reply"]
type Standing = Literal["none", "ok", "failing", "invalid", "unconfirmed"]
type PermissionState = Literal["requested", "granted", "withdrawn", "objected", "expired"]

MESSAGE_CLASSES: tuple[MessageClass, ...] = get_args(MessageClass.__value__)
CONSENT = "consent"  # the one basis that is an act of the person; all others come from us or from a law


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The promotion slot of a message: the purpose and topic that it serves, and the bases that are valid for that."""

    purpose: str
    topic: str
    valid_bases: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What all messages of one dispatch share; gathered and judged once.

    `topic` is "" where there is none; a promotion slot has a topic of its own. `valid_bases` are the legal bases that the
    jurisdiction profile accepts for this channel and purpose. `reason` says why the message is
    worth the reader's time. `labelled` means that the sender and the commercial nature can be recognised. Class
    *internal* needs no person and never reaches the gate.

    Raises:
        ValueError: `at` has no time zone, or the class is not one that the gate knows.

    """

    at: datetime
    brand: str
    channel: Channel
    message_class: MessageClass
    purpose: str
    topic: str
    valid_bases: frozenset[str]
    reason: str
    promotion: Promotion | None
    sender_name: str
    phone: str
    phone_at_ordinary_rate: bool
    reply_is_read: bool
    sender_identified: bool
    labelled: bool
    leave_offered: bool

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            msg = "Occasion.at has no time zone; give an aware datetime in UTC."
            raise ValueError(msg)
        if self.message_class not in MESSAGE_CLASSES:
            msg = f"Message class {self.message_class!r} is not judged by the gate; it knows {', '.join(MESSAGE_CLASSES)}."
            raise ValueError(msg)

    def as_promotion(self) -> "Occasion | None":
        """Return the occasion of the promotion slot alone, judged as commerce; None where there is no such slot.

        A commercial message about the same topic is that promotion itself, so nothing is judged beside it.
        """
        if self.promotion is None:
            return None
        same = (self.promotion.purpose, self.promotion.topic) == (self.purpose, self.topic)
        if same and self.message_class == "commercial":
            return None
        return replace(
            self,
            message_class="commercial",
            purpose=self.promotion.purpose,
            topic=self.promotion.topic,
            valid_bases=self.promotion.valid_bases,
            promotion=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSuppression:
    """An address that was silenced: wholly (it does not exist) or for commerce only (somebody complained)."""

    scope: Literal["all", "commercial"]
    reason: str
    since: datetime


class CasePermission(NamedTuple):
    """One entry of the permission ledger for the occasion's brand and channel; entries are added, never changed.

    A topic of "" means every topic of the purpose.
    """

    purpose: str
    topic: str
    state: PermissionState
    basis: str
    at: datetime
    wording_version: str
    source: str

    def covers(self, occasion: Occasion) -> bool:
        """Tell whether this entry speaks about the purpose and topic of the occasion."""
        return self.purpose == occasion.purpose and (not self.topic or self.topic == occasion.topic)


class PromotionWishes(NamedTuple):
    """What a person wishes for the topic of the promotion slot, and when they last heard of it; as in `Recipient`."""

    wants_topic: bool | None
    minimum_gap: timedelta | None
    last_written_at: datetime | None


class Recipient(NamedTuple):
    """What belongs to one person on this occasion, its facts gathered for the occasion's brand, channel and topic.

    `wants_topic` is None where the person never said. `minimum_gap` is the frequency that they chose, `last_written_at`
    when the last message of that topic left. `already_has`: this dispatch or action holds a message for them.
    `address_taken_by`: another person (id) who gets this dispatch at the same address. `promotion_wishes` are their wishes for
    the topic of the slot, None where the occasion has no slot.
    """

    person: int
    address: str | None
    standing: Standing
    suppression: CaseSuppression | None
    permissions: tuple[CasePermission, ...]
    wants_topic: bool | None
    minimum_gap: timedelta | None
    last_written_at: datetime | None
    paused_until: datetime | None
    already_has: bool
    address_taken_by: int | None
    promotion_wishes: PromotionWishes | None

    def for_promotion(self) -> "Recipient":
        """Return the same person as the slot sees them: with their wishes for its topic.

        Raises:
            ValueError: those wishes were not gathered; a forgotten fact is an error and never a silent *go*.

        """
        if self.promotion_wishes is None:
            msg = "The occasion has a promotion slot, but nobody gathered what the person wishes for its topic."
            raise ValueError(msg)
        wants_topic, minimum_gap, last_written_at = self.promotion_wishes
        return self._replace(wants_topic=wants_topic, minimum_gap=minimum_gap, last_written_at=last_written_at)


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the gate: may this go to this person on this occasion."""

    occasion: Occasion
    recipient: Recipient
