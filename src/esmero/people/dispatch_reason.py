"""Define the input of the gate's fact providers: what all messages of a dispatch share, and each person with address.

A provider is a function in the package whose tables it reads: `provide(people, reason=…)` returns the facts of each
person. `mailroom/planning/case_file.py` holds the tuple of all providers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from esmero.house.models import Brand
from esmero.people.models import Purpose, Topic
from esmero.policy.case import UNSOLICITED, Channel, MessageClass
from esmero.work.query_plan.selective import IsOneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchReason:
    """Hold the facts of a campaign or dispatch that the gate needs; `promotion` is the topic of the promotion slot."""

    brand: Brand
    message_class: MessageClass
    channel: Channel
    purpose: Purpose | None
    topic: Topic | None
    words: Mapping[str, str]
    dispatch_id: int | None
    promotion: Topic | None = None

    @property
    def is_unsolicited(self) -> bool:
        """Return whether body or slot need a permission; otherwise no rule asks for permissions and preferences."""
        return self.message_class in UNSOLICITED or self.promotion is not None

    @property
    def topics(self) -> dict[str, Topic | None]:
        """Return the topics of body ("" for none) and slot by code."""
        topics: dict[str, Topic | None] = {self.topic.code if self.topic else "": self.topic}
        if self.promotion is not None:
            topics[self.promotion.code] = self.promotion
        return topics


class AddressedPerson(NamedTuple):
    """Hold a person and the address to use; person 0 for an address of nobody known."""

    person: int
    address: str


def are_among(people: Iterable[AddressedPerson], *, column: str = "person_id") -> IsOneOf:
    """Return the condition that a column names one of these people: one parameter, not a thousand, is faster."""
    return IsOneOf(column, [one.person for one in people])
