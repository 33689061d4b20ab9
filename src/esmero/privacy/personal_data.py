"""Define for each column about a person how export and erasure treat it, in one literal table.

A test walks the schema: a model that refers to a person or to a log-in, also one of another application, or a new
column of one that does, fails until it is listed here. Sources: Regulation (EU) 2016/679 art. 5(1)(c) and (e), 5(2),
7(1), 15, 17(1) and (3), 20, 21; capabilities.md, section F.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Model

from esmero.accounts.models import CustomerAccount
from esmero.asks.models import Submission
from esmero.campaigns.models import AudienceMember
from esmero.conversations.models import Conversation, Entry
from esmero.grants.models import Grant
from esmero.house.models import User
from esmero.mailroom.models import ClickTrace, Inbound, ScheduledResend
from esmero.outbox.models import Captured, Message, MessageAttachment, MessageEvent
from esmero.people.models import (
    Address,
    ContactPoint,
    Duplicate,
    Membership,
    Merge,
    Note,
    PartyNumber,
    PartyRole,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Preference,
    Proposal,
)
from esmero.privacy.models import DataRequest
from esmero.search.models import SearchText, SubjectKind


class RowErasure(StrEnum):
    """Define how erasure treats the rows."""

    DELETED = "deleted"
    BLANKED = "blanked"  # the row stays without identifying data
    UNSHARED = "unshared"  # deleted unless another person uses it


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """Describe a table that holds personal data.

    `paths` are the lookups from its rows to the person. For blanked rows `kept` lists the columns that stay, `blanked`
    those that are emptied; together they are all columns. `exported` are the columns in the person's export, `why` is
    the reason for the treatment in one line. Where the paths lead to a number made of the person's id, `number_of`
    makes it.
    """

    name: str
    model: type[Model]
    paths: tuple[str, ...]
    rows: RowErasure
    why: str
    kept: tuple[str, ...] = ()
    blanked: tuple[str, ...] = ()
    exported: tuple[str, ...] = ()
    number_of: Callable[[int], int] = int


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# In the order of erasure: rows with a foreign key come before the rows that they refer to.
TABLE: tuple[PersonalData, ...] = (
    PersonalData(
        name="captured mail",
        model=Captured,
        paths=("message__person",),
        rows=RowErasure.DELETED,
        why="A copy of the whole letter in the demo's catcher; nothing rests on it.",
    ),
    PersonalData(
        name="arrived mail",
        model=Inbound,
        paths=("message__person",),
        rows=RowErasure.DELETED,
        why="The raw mail; what followed from it stands in events and ledger.",
        exported=_names("received_at kind envelope_from envelope_to"),
    ),
    PersonalData(
        name="letters of a conversation",
        model=Entry,
        paths=("conversation__person",),
        rows=RowErasure.BLANKED,
        why="That and when somebody wrote stays countable; what they wrote goes.",
        kept=_names("conversation direction at answers forwarded_at"),
        blanked=_names("author subject text full_text message_id raw"),
        exported=_names("direction at author subject text full_text"),
    ),
    PersonalData(
        name="conversations",
        model=Conversation,
        paths=("person",),
        rows=RowErasure.BLANKED,
        why="Answer times stay measurable without the person.",
        kept=_names("brand language opened_at last_at"),
        blanked=_names("person address subject state"),
        exported=_names("brand address subject state opened_at last_at"),
    ),
    PersonalData(
        name="networks of clicks",
        model=ClickTrace,
        paths=("event__message__person",),
        rows=RowErasure.DELETED,
        why="Kept for a day only, as hashes.",
    ),
    PersonalData(
        name="events of messages",
        model=MessageEvent,
        paths=("message__person",),
        rows=RowErasure.BLANKED,
        why="Counts of returns and clicks stay true; the relay's words may hold the address and go.",
        kept=_names("message kind at link machine"),
        blanked=_names("facts"),
        exported=_names("kind at link machine facts"),
    ),
    PersonalData(
        name="messages to be sent again",
        model=ScheduledResend,
        paths=("message__person",),
        rows=RowErasure.DELETED,
        why="Nothing is sent any more.",
    ),
    PersonalData(
        name="proposed addresses",
        model=Proposal,
        paths=("person", "became"),
        rows=RowErasure.DELETED,
        why="An address that a machine named, of the person or of another; nothing rests on it.",
        exported=_names("kind address words state found_at"),
    ),
    PersonalData(
        name="sign-ups",
        model=Submission,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="Their proof stands in the ledger of permissions.",
        exported=_names("form address language values topics monthly wording wording_version at confirmed_at"),
    ),
    PersonalData(
        name="messages",
        model=Message,
        paths=("person", "copy_of__person"),
        rows=RowErasure.BLANKED,
        why="The ledger proves what was sent, when, and on which ground (art. 5(2)); the address goes.",
        kept=_names(
            "claimed_by claimed_until tries dispatch person kind occasion ground copy_of channel receiver language lane"
            " print_batch verdict promotion judged_at opaque posted_at sent_at worst content_until"
        ),
        blanked=_names("address objections trouble content filled state due_at"),
        exported=_names("dispatch channel address language state verdict objections judged_at sent_at"),
    ),
    PersonalData(
        name="attachments of messages",
        model=MessageAttachment,
        paths=("message__person", "message__copy_of__person"),
        rows=RowErasure.DELETED,
        why="The file goes with it, unless another row needs it: an invoice stays as long as the law asks.",
        exported=_names("message name"),
    ),
    PersonalData(
        name="dry runs",
        model=AudienceMember,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="The sums stand at the campaign.",
        exported=_names("campaign outcome codes facts promotion"),
    ),
    PersonalData(
        name="permission standings",
        model=Permission,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="They follow from the ledger; without a person nothing is asked of them.",
        exported=_names("brand channel purpose topic state basis granted_at withdrawn_at objected"),
    ),
    PersonalData(
        name="permission ledger",
        model=PermissionEntry,
        paths=("person",),
        rows=RowErasure.BLANKED,
        why="Proof that what was sent was allowed, or objected to (art. 7(1), 17(3)(e)); the papers themselves go.",
        kept=_names(
            "person brand channel purpose topic act basis at wording wording_version by_person recorded_at source"
        ),
        blanked=_names("proof proof_place"),
        exported=_names(
            "brand channel purpose topic act basis at wording wording_version source proof_place by_person recorded_at"
        ),
    ),
    PersonalData(
        name="wishes",
        model=Preference,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="Nothing is sent any more, so nothing is to be wished.",
        exported=_names("brand topic wanted minimum_gap_days paused_until changed_at"),
    ),
    PersonalData(
        name="other ways to reach them",
        model=ContactPoint,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="Nobody is to be reached any more.",
        exported=_names("kind use value facts usable"),
    ),
    PersonalData(
        name="roles",
        model=PartyRole,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="What they are to the house; contracts and invoices keep their own facts.",
        exported=_names("kind brand since until"),
    ),
    PersonalData(
        name="numbers in other systems",
        model=PartyNumber,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="They lead to the person in the system that gave them.",
        exported=_names("brand value"),
    ),
    PersonalData(
        name="further organisations",
        model=Membership,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="Who they work or act for.",
        exported=_names("organisation position"),
    ),
    PersonalData(
        name="notes",
        model=Note,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="What the house wrote down about somebody who is no longer known.",
        exported=_names("kind text at written_at"),
    ),
    PersonalData(
        name="lines of imports",
        model=PersonLine,
        paths=("person",),
        rows=RowErasure.BLANKED,
        why="The sums of an import stay true; what stood in the cells goes.",
        kept=_names("of line verdict address_verdict reason warnings undo"),
        blanked=_names("person number cell wrote"),
        exported=_names("of line verdict number reason"),
    ),
    PersonalData(
        name="links to signed pages",
        model=Grant,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="Links to what is no longer there; some hold an address.",
        exported=_names("purpose brand facts made_at expires_at used_at"),
    ),
    PersonalData(
        name="sessions of log-ins",
        model=UserSession,
        paths=("user__customer_account__person",),
        rows=RowErasure.DELETED,
        why="From where and with which browser they signed in; the sessions themselves end with it.",
        exported=_names("created_at last_seen_at ip user_agent"),
    ),
    PersonalData(
        name="second factors",
        model=Authenticator,
        paths=("user__customer_account__person",),
        rows=RowErasure.DELETED,
        why="Goes with its log-in; its secrets are no part of a copy.",
        exported=_names("type created_at last_used_at"),
    ),
    PersonalData(
        name="addresses of log-ins",
        model=EmailAddress,
        paths=("user__customer_account__person",),
        rows=RowErasure.DELETED,
        why="Which addresses of a log-in are confirmed; goes with it.",
        exported=_names("email verified primary"),
    ),
    PersonalData(
        name="log-ins of customers",
        model=User,
        paths=("customer_account__person",),
        rows=RowErasure.DELETED,
        why="Nobody signs in any more; the account goes with it.",
        exported=_names("username email language date_joined last_login is_active"),
    ),
    # After the log-ins, which are found by way of the account.
    PersonalData(
        name="customer accounts",
        model=CustomerAccount,
        paths=("person",),
        rows=RowErasure.DELETED,
        why="Goes with its log-in.",
        exported=_names("brand opened_at"),
    ),
    PersonalData(
        name="requests about their data",
        model=DataRequest,
        paths=("person",),
        rows=RowErasure.BLANKED,
        why="Proof that the right was answered in time (art. 12(3), 5(2)).",
        kept=_names("kind person brand state at due_at answered_at answered_by"),
        blanked=_names("words"),
        exported=_names("kind brand state at due_at answered_at words"),
    ),
    PersonalData(
        name="doubles",
        model=Duplicate,
        paths=("first", "second"),
        rows=RowErasure.DELETED,
        why="A guess about two persons, of whom one is no longer known.",
    ),
    PersonalData(
        name="merges",
        model=Merge,
        paths=("kept", "gone"),
        rows=RowErasure.BLANKED,
        why="That it was done stays; what moved holds names and addresses.",
        kept=_names("kept gone by at undone_at undone_by"),
        blanked=_names("facts"),
        exported=_names("at undone_at"),
    ),
    PersonalData(
        name="address",
        model=Address,
        paths=("person",),
        rows=RowErasure.UNSHARED,
        why="Deleted unless somebody else uses it; its hash stays in the list of those that are left alone (T21).",
        exported=_names("value standing reason since"),
    ),
    PersonalData(
        name="search text",
        model=SearchText,
        paths=("pk",),
        number_of=SubjectKind.PERSON.key_of,
        rows=RowErasure.DELETED,
        why="A copy of what stands elsewhere; nobody is to find them any more.",
    ),
    PersonalData(
        name="person",
        model=Person,
        paths=("pk",),
        rows=RowErasure.BLANKED,
        why="An empty row that the ledger's proofs point to.",
        kept=_names("created_at changed_at language country"),
        blanked=_names(
            "number given_name family_name title name_is_damaged organisation position address capacity tax_id timezone"
            " fields written_by folded state tags"
        ),
        exported=_names(
            "number given_name family_name title language country organisation position address capacity tax_id"
            " timezone fields tags state created_at changed_at"
        ),
    ),
)

# Columns blanked to another value than "", None, {} or [].
EMPTIED = {
    (Person, "state"): Person.State.ERASED,
    (Person, "name_is_damaged"): False,
    (Conversation, "state"): Conversation.State.CLOSED,
}
# Blanked by code of their own: an unsent message is cancelled; tags are rows of a many-to-many table.
BY_RULE = frozenset({(Message, "state"), (Message, "due_at"), (Person, "tags")})

# Tables without personal data (or only of staff, processed as an employer). A new one must be listed here or above;
# `StoredFile` is deleted with the rows that refer to it, `Suppression` holds only hashes.
IMPERSONAL = frozenset(
    _names(
        "DmarcReportFile DmarcReportRow AlignmentDay AlignmentSource AuditEntry BlockedDomain Brand Campaign"
        " SegmentEstimate Dispatch Form Happening HappeningDelivery WebhookSecret Import Job Link Mailbox MailboxFolder"
        " MediaFile Organisation MergedOrganisation Issuer NumberSeries CustomField ExclusionLine PrintBatch Draft"
        " Purpose Relay RelayRate Retention ReturnCount SavedView StoredFile Segment Suppression Tag DailyAggregate"
        " HouseSetting Template TemplateText TemplateVersion Topic ExternalCheck StaffRole Team TeamMember StaffAbsence"
    )
)


def find_gaps(models: Iterable[type[Model]]) -> list[str]:
    """Return the gaps of the table against these models, each a sentence; empty if it is complete."""
    held = {holding.model: holding for holding in TABLE}
    gaps: list[str] = []
    for model in models:
        name = model.__name__
        if (model in held) == (name in IMPERSONAL):
            gaps.append(f"{name} stands in both lists of privacy/personal_data.py, or in none.")
        holding = held.get(model)
        if holding is None:
            gaps += [
                f"{name}.{field.name} names a person, but {name} is not in the table."
                for field in model._meta.get_fields()
                # Besides accounts, what refers to a user is of staff.
                if field.concrete and field.related_model in held and field.related_model is not User
            ]
            continue
        columns = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)} - {"id"}
        listed = {*holding.kept, *holding.blanked}
        if holding.rows is RowErasure.BLANKED:
            gaps += [f"{name}.{column} is neither kept nor blanked." for column in sorted(columns - listed)]
            gaps += [f"{name}.{column} is kept and blanked." for column in sorted({*holding.kept} & {*holding.blanked})]
        gaps += [f"{name}.{column} does not exist." for column in sorted((listed | {*holding.exported}) - columns)]
    return gaps
