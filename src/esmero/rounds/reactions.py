"""List the functions that react to happenings. A new one is a line here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esmero.accounts.links import send_account_links
from esmero.campaigns.lifecycle import finish_campaigns
from esmero.house.happenings import (
    AccountLinkRequested,
    DataAccessRequested,
    DispatchClosed,
    HappeningFacts,
    SignUpReceived,
)
from esmero.mailroom.transactional.sign_up_messages import ask_to_confirm
from esmero.privacy.data_access import send_links


@dataclass(frozen=True, slots=True)
class Reaction:
    """Name a function that gets every happening of a kind.

    The name is stored with each delivery and never changes. The function gets several happenings at once, in one
    transaction that also records that they were delivered; if it raises, it gets each of them alone. So it writes to
    the database only; for an effect elsewhere it makes a row due. It expects no order, and that a row which a happening
    names may be gone by now.
    """

    kind: type[HappeningFacts]
    name: str
    run: Callable[[Sequence[Any]], object]


def react[Facts: HappeningFacts](kind: type[Facts], *, name: str, run: Callable[[Sequence[Facts]], object]) -> Reaction:
    """Return a Reaction whose function takes the facts of this kind."""
    return Reaction(kind, name, run)


REACTIONS: tuple[Reaction, ...] = (
    react(SignUpReceived, name="ask-to-confirm", run=ask_to_confirm),
    react(DataAccessRequested, name="send-data-link", run=send_links),
    react(AccountLinkRequested, name="send-account-link", run=send_account_links),
    react(DispatchClosed, name="finish-campaign", run=finish_campaigns),
)


def names_by_kind(reactions: Iterable[Reaction]) -> Mapping[str, list[str]]:
    """Return {kind: names of the functions that react to it}."""
    found: dict[str, list[str]] = {}
    for one in reactions:
        found.setdefault(one.kind.kind, []).append(one.name)
    return found
