"""Define the facts of a case: Occasion (shared by a dispatch) and Recipient (one person).

Rules see nothing else. Facts have no defaults: the caller states each of them, so that a forgotten one is an error and
never an unnoticed *go*. All times are aware; `Occasion.at` is the only current time. Values built once per person are
named tuples: immutable like a frozen dataclass, and built in a third of the time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

type Channel = Literal["email", "post", "phone", "portal"]
type MessageClass = Literal["service", "relational", "commercial", "auto-reply"]
type Standing = Literal["none", "ok", "failing", "invalid", "unconfirmed"]
type PermissionState = Literal["requested", "granted", "withdrawn", "objected", "expired"]

MESSAGE_CLASSES: tuple[MessageClass, ...] = get_args(MessageClass.__value__)
# The only legal basis that is an act of the person; the others derive from the sender's interest or a law.
CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Describe the promotion slot of a message: its purpose, topic and valid legal bases."""

    purpose: str
    topic: str
    valid_bases: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Hold the facts that all messages of one dispatch share; built and judged once.

    `topic` is "" if there is none; a promotion slot has a topic of its own. `valid_bases` are the legal bases that the
    jurisdiction profile accepts for this channel and purpose. `reason` states why the message is worth the reader's
    time. `labelled` means that the sender and the commercial nature can be recognised. Messages of class *internal*
    have no person and are not judged.

    Raises:
        ValueError: `at` has no time zone, or the class is not one that the gate judges.

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
            known = ", ".join(MESSAGE_CLASSES)
            msg = f"Message class {self.message_class!r} is not judged by the gate; it knows {known}."
            raise ValueError(msg)

    def as_promotion(self) -> "Occasion | None":
        """Return the occasion of the promotion slot alone, judged as commercial; None without a slot.

        A commercial message about the same topic is the promotion itself, so nothing is judged separately.
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
    """Describe the suppression of an address: of all mail (it does not exist) or commercial (after a complaint)."""

    scope: Literal["all", "commercial"]
    reason: str
    since: datetime


class CasePermission(NamedTuple):
    """Hold one entry of the permission ledger for the occasion's brand and channel.

    A topic of "" covers every topic of the purpose.
    """

    purpose: str
    topic: str
    state: PermissionState
    basis: str
    at: datetime
    wording_version: str
    source: str

    def covers(self, occasion: Occasion) -> bool:
        """Return whether this entry covers the purpose and topic of the occasion."""
        return self.purpose == occasion.purpose and (not self.topic or self.topic == occasion.topic)


class PromotionPreferences(NamedTuple):
    """Hold a person's preferences for the topic of the promotion slot, as in `Recipient`."""

    wants_topic: bool | None
    minimum_gap: timedelta | None
    last_written_at: datetime | None


class Recipient(NamedTuple):
    """Hold the facts of one person for the occasion's brand, channel and topic.

    `wants_topic` is None if the person never stated it. `minimum_gap` is the interval that they chose,
    `last_written_at` the time of the last message of that topic. `already_has`: this dispatch or action has a message
    for them already. `address_taken_by`: id of another person who gets this dispatch at the same address.
    `promotion_preferences` are their preferences for the topic of the slot, None if the occasion has none.
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
    promotion_preferences: PromotionPreferences | None

    def for_promotion(self) -> "Recipient":
        """Return the recipient with the preferences for the slot's topic.

        Raises:
            ValueError: those preferences were not gathered; a forgotten fact is an error and never an unnoticed *go*.

        """
        if self.promotion_preferences is None:
            msg = "The occasion has a promotion slot, but nobody gathered what the person wishes for its topic."
            raise ValueError(msg)
        wants_topic, minimum_gap, last_written_at = self.promotion_preferences
        return self._replace(wants_topic=wants_topic, minimum_gap=minimum_gap, last_written_at=last_written_at)


@dataclass(frozen=True, slots=True)
class Case:
    """Combine an occasion and a recipient into one case for the gate."""

    occasion: Occasion
    recipient: Recipient
