"""Decide whether a person permits a message: the one rule, asked by gate, dry run, pages, segments and unsubscription.

The rules PermissionIsProven, WithdrawalIsFinal and AddressIsConfirmed each report a part of the answer. The only other
form is the SQL of dossier/segments/reach.py; a test compares all of them over random persons.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from esmero.policy.case import UNSOLICITED, MessageClass

type PermissionState = Literal["requested", "granted", "withdrawn", "objected", "expired"]
type Unproven = Literal["", "no grant", "basis not valid", "expired"]

# The only legal basis that is an act of the person; the others derive from the sender's interest or a law.
CONSENT = "consent"


class PermissionQuestion(Protocol):
    """Describe what is asked: an Occasion, or a TopicQuestion.

    `topic` is "" if there is none; `valid_bases` are the legal bases that the jurisdiction accepts for the channel and
    the class of message.
    """

    @property
    def at(self) -> datetime: ...
    @property
    def message_class(self) -> MessageClass: ...
    @property
    def purpose(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def valid_bases(self) -> frozenset[str]: ...


class TopicQuestion(NamedTuple):
    """Ask whether a message about a topic is permitted, where there is no dispatch."""

    at: datetime
    message_class: MessageClass
    purpose: str
    topic: str
    valid_bases: frozenset[str]


class CasePermission(NamedTuple):
    """Hold one statement of the permission ledger for a brand and channel; a topic of "" covers the whole purpose.

    `entry` is the id of the ledger entry from which the permission is derived.
    """

    purpose: str
    topic: str
    state: PermissionState
    basis: str
    at: datetime
    wording_version: str
    source: str
    entry: int | None

    def covers(self, question: PermissionQuestion) -> bool:
        """Return whether this statement covers the purpose and topic that are asked for."""
        return self.purpose == question.purpose and (not self.topic or self.topic == question.topic)


class PermissionAnswer(NamedTuple):
    """Hold the answer with the statements that decide it.

    `grant` is the proof: the newest consent, else the newest grant on another basis; it is set also if something
    stands against it. `unproven` says why the grant does not count, "" if it does. `requested` is a consent that waits
    for its confirmation (double opt-in), `expired` and `revoked` the statement that ended the permission.
    """

    grant: CasePermission | None
    unproven: Unproven
    requested: CasePermission | None
    expired: CasePermission | None
    revoked: CasePermission | None

    @property
    def is_allowed(self) -> bool:
        """Return whether the message is permitted."""
        return not self.unproven and self.requested is None and self.revoked is None

    @property
    def reason(self) -> str:
        """Return why it is not: withdrawn, objected, requested or a value of Unproven; "" if it is permitted."""
        if self.revoked is not None:
            return self.revoked.state
        return "requested" if self.requested is not None else self.unproven

    @property
    def deciding(self) -> CasePermission | None:
        """Return the statement that decides; None if there is none, or none is needed."""
        return self.revoked or self.requested or self.expired or self.grant


NOT_NEEDED = PermissionAnswer(grant=None, unproven="", requested=None, expired=None, revoked=None)
NOTHING_STATED = NOT_NEEDED._replace(unproven="no grant")


class StatedPermissions(NamedTuple):
    """Hold all statements of one person for the brand and channel of a dispatch."""

    statements: tuple[CasePermission, ...]

    def for_occasion(self, occasion: PermissionQuestion) -> PermissionAnswer | None:
        """Decide for the purpose and topic of body or slot; None if it is permitted, so that no rule need look."""
        answer = decide_permission(self.statements, question=occasion)
        return None if answer.is_allowed else answer


def decide_permission(statements: Sequence[CasePermission], *, question: PermissionQuestion) -> PermissionAnswer:
    """Return whether the statements of one person, all of one brand and channel, permit a message.

    A grant counts on a legal basis that is valid, and until it expires. A withdrawal ends what it covers, an objection
    without a topic all unsolicited messages; on equal dates it wins over the grant. Only a newer consent overrides it:
    no other legal basis, and no consent dated in the future. A requested consent counts once it is confirmed, which is
    a grant. Service messages and automatic replies need no permission.
    """
    if question.message_class not in UNSOLICITED:
        return NOT_NEEDED
    if not statements:
        return NOTHING_STATED
    if len(statements) == 1:  # most people: worth a shorter way
        only = statements[0]
        if (
            only.state == "granted"
            and only.purpose == question.purpose
            and (only.topic == question.topic or not only.topic)
            and only.basis in question.valid_bases
        ):
            return PermissionAnswer(only, "", None, None, None)
    covering = [one for one in statements if one.covers(question)]
    granted = [one for one in covering if one.state == "granted"]
    accepted = [one for one in granted if one.basis in question.valid_bases]
    ended = [one for one in covering if one.state == "expired" and one.at <= question.at]
    expired = max(ended, key=_date, default=None)
    if expired is not None and any(one.at > expired.at for one in accepted):
        expired = None
    requested = None if granted else max((one for one in covering if one.state == "requested"), key=_date, default=None)
    unproven: Unproven = ""
    if expired is not None and (accepted or not granted) and requested is None:
        unproven = "expired"
    elif not granted and requested is None:
        unproven = "no grant"
    elif granted and not accepted:
        unproven = "basis not valid"
    return PermissionAnswer(
        grant=max(accepted or granted, key=_rank, default=None),
        unproven=unproven,
        requested=requested,
        expired=expired if unproven == "expired" else None,
        revoked=_find_revocation(statements, granted=granted, question=question),
    )


def _find_revocation(
    statements: Sequence[CasePermission], *, granted: Sequence[CasePermission], question: PermissionQuestion
) -> CasePermission | None:
    revoked = [one for one in statements if _revokes(one, question=question)]
    if not revoked:
        return None
    last = max(revoked, key=_date)
    consents = (one.at for one in granted if one.basis == CONSENT)
    return None if any(last.at < at <= question.at for at in consents) else last


def _revokes(one: CasePermission, *, question: PermissionQuestion) -> bool:
    if one.state == "withdrawn":
        return one.covers(question)
    # An objection without a topic covers all unsolicited messages, under any recorded purpose.
    return one.state == "objected" and (not one.topic or one.covers(question))


def _date(one: CasePermission) -> datetime:
    return one.at


def _rank(one: CasePermission) -> tuple[bool, datetime]:
    return one.basis == CONSENT, one.at
