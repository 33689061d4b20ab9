"""Define the facts about one person that several rules share: address, preferences, frequency and duplicates.

Values built for each person are named tuples: immutable like a frozen dataclass, and built in a third of the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal, NamedTuple

from esmero.policy.case import Occasion

type Standing = Literal["none", "ok", "failing", "invalid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSuppression:
    """Describe the suppression of an address: of all mail (it does not exist) or commercial (after a complaint)."""

    scope: Literal["all", "commercial"]
    reason: str
    since: datetime


class AddressFacts(NamedTuple):
    """Hold the address to use, None if there is none, with its status and its strictest suppression."""

    address: str | None
    standing: Standing
    suppression: CaseSuppression | None


class StatedPreference(NamedTuple):
    """Hold a person's preference for a topic: wanted (None if never stated), interval, and end of a pause."""

    wanted: bool | None
    minimum_gap: timedelta | None
    paused_until: datetime | None


NO_PREFERENCE = StatedPreference(wanted=None, minimum_gap=None, paused_until=None)


def combine_preferences(of_topic: StatedPreference | None, of_brand: StatedPreference | None) -> StatedPreference:
    """Return the preference that applies to a topic.

    What was stated for the topic overrides what was stated for all mail of the brand; of two pauses the longer applies.
    """
    if of_topic is None or of_brand is None:
        return of_topic or of_brand or NO_PREFERENCE
    pauses = [one.paused_until for one in (of_topic, of_brand) if one.paused_until is not None]
    return StatedPreference(
        wanted=of_brand.wanted if of_topic.wanted is None else of_topic.wanted,
        minimum_gap=of_brand.minimum_gap if of_topic.minimum_gap is None else of_topic.minimum_gap,
        paused_until=max(pauses, default=None),
    )


@dataclass(frozen=True, slots=True)
class PreferenceFacts:
    """Hold the preferences for each topic of the dispatch, by its code: of the body ("" without) and of the slot."""

    is_shared: ClassVar[bool] = True

    by_topic: Mapping[str, StatedPreference]

    def for_occasion(self, occasion: Occasion) -> StatedPreference:
        """Return the preference for the topic of body or slot; KeyError if nobody gathered it."""
        return self.by_topic[occasion.topic]


class TopicFrequency(NamedTuple):
    """Hold the interval that a person chose for a topic, and the time of the last message about it."""

    minimum_gap: timedelta | None
    last_written_at: datetime | None


NO_FREQUENCY = TopicFrequency(minimum_gap=None, last_written_at=None)


@dataclass(frozen=True, slots=True)
class FrequencyFacts:
    """Hold the frequency for each topic of the dispatch, by its code, as PreferenceFacts does."""

    is_shared: ClassVar[bool] = True

    by_topic: Mapping[str, TopicFrequency]

    def for_occasion(self, occasion: Occasion) -> TopicFrequency:
        """Return the frequency for the topic of body or slot; KeyError if nobody gathered it."""
        return self.by_topic[occasion.topic]


@dataclass(frozen=True, slots=True)
class DuplicateFacts:
    """Say whether this dispatch or action has a message for the person already, and who else gets it at this address.

    `address_taken_by` is the id of another person, None if there is none.
    """

    is_shared: ClassVar[bool] = True

    already_has: bool
    address_taken_by: int | None


NO_DUPLICATE = DuplicateFacts(already_has=False, address_taken_by=None)
