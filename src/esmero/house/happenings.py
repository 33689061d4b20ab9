"""Write happenings: tell higher packages, in the transaction of what happened, that it happened.

A happening is a kind of the catalogue KINDS with the ids of what it is about, never the data themselves: whoever reacts
reads them, and finds what is true by then. The table in rounds/reactions.py names the functions that get each kind; one
that nobody reacts to is stored as well. Order is not promised.

The name of a kind is public (webhooks send it): it never changes and is never used again for something else. Its facts
may gain fields, and lose none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, get_type_hints

from django.db import connection
from django.utils import timezone

from esmero.house.models import Happening
from esmero.work.wakeups import wake

BATCH = 500


class UnknownHappening(Exception):
    """Report a stored happening whose kind or facts this version does not know."""


class NotInTransaction(Exception):
    """Report that a happening was written outside the transaction of what happened."""


class ReactionPostponed(Exception):
    """Postpone a reaction that is not possible yet: it is tried again at `until`, and this counts as no failure."""

    def __init__(self, reason: str, *, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class HappeningFacts:
    """Hold the ids of a happening; base of all kinds. The subclass is the kind, `kind` its name."""

    kind: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(HappeningFacts):
    """Report that a person was erased (GDPR art. 17)."""

    kind: ClassVar = "person.erased"
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMerged(HappeningFacts):
    """Report that a person was merged into another, `person_id`, who has the history of both."""

    kind: ClassVar = "person.merged"
    person_id: int
    merged_id: int
    merge_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonUnmerged(HappeningFacts):
    """Report that a merge was undone: both are persons of their own again."""

    kind: ClassVar = "person.unmerged"
    person_id: int
    merged_id: int
    merge_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAddressChanged(HappeningFacts):
    """Report that a person confirmed another e-mail address."""

    kind: ClassVar = "person.address_changed"
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionHappening(HappeningFacts):
    """Report an entry of the permission ledger, except those of an import; base of five kinds."""

    person_id: int
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRequested(PermissionHappening):
    """Report that a permission was given and waits for its confirmation (double opt-in)."""

    kind: ClassVar = "permission.requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionGranted(PermissionHappening):
    """Report that a permission was granted."""

    kind: ClassVar = "permission.granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionExpired(PermissionHappening):
    """Report that a permission ended by itself."""

    kind: ClassVar = "permission.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionWithdrawn(PermissionHappening):
    """Report that a permission was withdrawn."""

    kind: ClassVar = "permission.withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionObjected(PermissionHappening):
    """Report that a person objected (GDPR art. 21)."""

    kind: ClassVar = "permission.objected"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpReceived(HappeningFacts):
    """Report that a form was filled in; it has no effect until it is confirmed."""

    kind: ClassVar = "sign_up.received"
    submission_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpConfirmed(HappeningFacts):
    """Report that a sign-up was confirmed by mail (double opt-in)."""

    kind: ClassVar = "sign_up.confirmed"
    submission_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAccessRequested(HappeningFacts):
    """Report that a person asked for the link to their data."""

    kind: ClassVar = "data_access.requested"
    access_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinkRequested(HappeningFacts):
    """Report that a link of a customer account was asked for; the grant may be of nobody."""

    kind: ClassVar = "account_link.requested"
    grant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFinished(HappeningFacts):
    """Report that an import is done; this one stands for all its lines."""

    kind: ClassVar = "import.finished"
    import_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndone(HappeningFacts):
    """Report that an import was taken back; this one stands for all its lines."""

    kind: ClassVar = "import.undone"
    import_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchClosed(HappeningFacts):
    """Report that all messages of a dispatch are at rest."""

    kind: ClassVar = "dispatch.closed"
    dispatch_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignHappening(HappeningFacts):
    """Report a new state of a campaign; base of three kinds."""

    campaign_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStarted(CampaignHappening):
    """Report that a campaign was started; its audience is frozen."""

    kind: ClassVar = "campaign.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFinished(CampaignHappening):
    """Report that the last message of a campaign is at rest; after a soft bounce it may run and finish again."""

    kind: ClassVar = "campaign.finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCancelled(CampaignHappening):
    """Report that a campaign was cancelled."""

    kind: ClassVar = "campaign.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHappening(HappeningFacts):
    """Report an event of a sent message; base of three kinds. Without a person it is a test or a notice to staff."""

    message_id: int
    person_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBounced(MessageHappening):
    """Report a hard bounce: a message that the relay refused, or that came back later."""

    kind: ClassVar = "message.bounced"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageComplained(MessageHappening):
    """Report that a recipient complained about a message."""

    kind: ClassVar = "message.complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReplied(MessageHappening):
    """Report that a person answered a message; automatic replies do not count."""

    kind: ClassVar = "message.replied"
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationReceived(HappeningFacts):
    """Report that a person wrote, in answer to a message or without one."""

    kind: ClassVar = "conversation.received"
    conversation_id: int
    entry_id: int


CATALOGUE: tuple[type[HappeningFacts], ...] = (
    PersonErased,
    PersonMerged,
    PersonUnmerged,
    PersonAddressChanged,
    PermissionRequested,
    PermissionGranted,
    PermissionExpired,
    PermissionWithdrawn,
    PermissionObjected,
    SignUpReceived,
    SignUpConfirmed,
    DataAccessRequested,
    AccountLinkRequested,
    ImportFinished,
    ImportUndone,
    DispatchClosed,
    CampaignStarted,
    CampaignFinished,
    CampaignCancelled,
    MessageBounced,
    MessageComplained,
    MessageReplied,
    ConversationReceived,
)
KINDS: Mapping[str, type[HappeningFacts]] = {each.kind: each for each in CATALOGUE}
_OPTIONAL = {each: {name for name, hint in get_type_hints(each).items() if hint == int | None} for each in CATALOGUE}


def happen(facts: HappeningFacts) -> None:
    """Write one happening. See `happen_all`."""
    happen_all([facts])


def happen_all(happened: Iterable[HappeningFacts]) -> None:
    """Write happenings in the caller's transaction; one INSERT for each BATCH.

    Raises:
        NotInTransaction: there is no transaction.
        TypeError: a kind is not in the catalogue, or a fact has another type than declared.

    """
    if not connection.in_atomic_block:
        raise NotInTransaction("A happening belongs into the transaction of what happened.")
    now = timezone.now()
    rows = [Happening(kind=one.kind, facts=_check(one), due_at=now) for one in happened]
    if rows:
        Happening.objects.bulk_create(rows, batch_size=BATCH)
        wake(Happening)


def _check(facts: HappeningFacts) -> dict[str, int | None]:
    if type(facts) not in CATALOGUE:
        raise TypeError(f"{type(facts).__name__} is not in the catalogue of happenings.")
    values = asdict(facts)
    for name, value in values.items():
        if type(value) is not int and not (value is None and name in _OPTIONAL[type(facts)]):
            raise TypeError(f"{facts.kind}: {name} is {value!r}, not an id.")
    return values


def read_facts(kind: str, facts: Mapping[str, Any]) -> HappeningFacts:
    """Return the typed facts of a stored happening; fields that this version does not know are left out.

    Raises UnknownHappening.
    """
    declared = KINDS.get(kind)
    if declared is None:
        raise UnknownHappening(f"This version knows no happening {kind!r}.")
    names = {field.name for field in fields(declared)}
    try:
        return declared(**{name: value for name, value in facts.items() if name in names})
    except TypeError as lacking:
        raise UnknownHappening(f"The facts of {kind!r} are incomplete: {lacking}.") from lacking
