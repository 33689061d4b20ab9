"""Define a case: the Occasion (shared by a dispatch) and the Recipient (one person, with the facts of each provider).

Rules see nothing else. Facts have no defaults: whoever gathers them states each, so that a forgotten one is an error
and never an unnoticed *go*. All times are aware; `Occasion.at` is the only current time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

type Channel = Literal["email", "post", "phone", "portal"]
type MessageClass = Literal["service", "relational", "commercial", "auto-reply"]

MESSAGE_CLASSES: tuple[MessageClass, ...] = get_args(MessageClass.__value__)
# What nobody asked for: it needs a permission, and preferences apply to it.
UNSOLICITED: frozenset[MessageClass] = frozenset({"commercial", "relational"})


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


class Recipient(NamedTuple):
    """Hold one person and the facts about them: one value per provider, by its class.

    A class of facts is defined beside the rules that need it (facts.py, permission.py, quiet_hours.py, or the module of
    a rule), so that a new rule changes nothing here. If its answer depends on the occasion (facts by topic), it has a
    method `for_occasion(occasion)`, and the rules see the result; None means that no rule need look. Body and promotion
    slot are two occasions.

    `own` are facts that differ from person to person. A class of which most persons have an equal value says
    `is_shared = True`; its values stand in `shared`, one object for all persons of whom the same is known, so that the
    gate asks their rules once and not once a person.
    """

    person: int
    own: Mapping[type, Any]
    shared: Mapping[type, Any]

    @property
    def facts(self) -> Mapping[type, Any]:
        """Return all facts by their class."""
        return {**self.own, **self.shared}

    def replace_facts(self, *facts: object) -> "Recipient":
        """Return the recipient with these facts in place of those of the same classes."""
        own, shared = split_facts((*self.own.values(), *self.shared.values(), *facts))
        return Recipient(self.person, own, shared)


def split_facts(facts: Iterable[object]) -> tuple[dict[type, Any], dict[type, Any]]:
    """Return a person's own facts and the shared ones, by their class; of one class the last counts."""
    own: dict[type, Any] = {}
    shared: dict[type, Any] = {}
    for one in facts:
        kind = type(one)
        (shared if getattr(kind, "is_shared", False) else own)[kind] = one
    return own, shared


@dataclass(frozen=True, slots=True)
class Case:
    """Combine an occasion and a recipient into one case for the gate."""

    occasion: Occasion
    recipient: Recipient
