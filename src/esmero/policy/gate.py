"""Apply every rule to a case and return *go*, *go without promotion*, *wait until* or *refuse*.

Every message is judged before a campaign starts (dry run) and again before transport. Only the mailroom calls the gate.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from esmero.policy.case import MESSAGE_CLASSES, Case, MessageClass, Occasion, Recipient
from esmero.policy.rule import OccasionRule, RecipientRule, Rule
from esmero.policy.rules.address_is_reachable import AddressIsReachable
from esmero.policy.rules.commerce_is_labelled import CommerceIsLabelled
from esmero.policy.rules.frequency_is_theirs import FrequencyIsTheirs
from esmero.policy.rules.message_has_its_reason import MessageHasItsReason
from esmero.policy.rules.nothing_twice import NothingTwice
from esmero.policy.rules.pause_is_respected import PauseIsRespected
from esmero.policy.rules.permission_is_proven import PermissionIsProven
from esmero.policy.rules.person_is_reachable import PersonIsReachable
from esmero.policy.rules.suppressed_address_stays_silent import SuppressedAddressStaysSilent
from esmero.policy.rules.topic_is_wanted import TopicIsWanted
from esmero.policy.rules.withdrawal_is_final import WithdrawalIsFinal
from esmero.policy.verdict import Objection, Verdict

# The order determines the reason under which a dry run counts a person: impossible first, then forbidden, then unwanted
# by the person, last our own omissions.
RULES: tuple[Rule, ...] = (
    SuppressedAddressStaysSilent(),  # suppressed; no later rule can override it
    AddressIsReachable(),  # no address
    PermissionIsProven(),  # never granted
    WithdrawalIsFinal(),  # withdrawn since
    TopicIsWanted(),  # topic turned off
    FrequencyIsTheirs(),  # too soon
    PauseIsRespected(),  # paused
    NothingTwice(),  # duplicate in person or household: after all rules that could free the address for another person
    MessageHasItsReason(),  # ours: no reason stated
    PersonIsReachable(),  # ours: no contact person
    CommerceIsLabelled(),  # ours: not labelled
)

_POSITION = {rule.code: position for position, rule in enumerate(RULES)}
_GO = Verdict("go")

type _RecipientCheck = Callable[[Occasion, Recipient], Objection | None]

_RECIPIENT_CHECKS: dict[MessageClass, tuple[_RecipientCheck, ...]] = {
    message_class: tuple(
        rule.objection for rule in RULES if isinstance(rule, RecipientRule) and message_class in rule.applies_to
    )
    for message_class in MESSAGE_CLASSES
}


@dataclass(frozen=True, slots=True)
class OccasionFindings:
    """Hold the objections of all occasion rules, which apply to a whole dispatch."""

    occasion: Occasion
    objections: tuple[Objection, ...]
    slot: "OccasionFindings | None"


def judge(case: Case) -> Verdict:
    """Apply all rules to one case."""
    return judge_recipient(case.recipient, findings=judge_occasion(case.occasion))


def judge_occasion(occasion: Occasion) -> OccasionFindings:
    """Apply the occasion rules once per dispatch; pass the result to `judge_recipient` for each person."""
    slot = occasion.as_promotion()
    return OccasionFindings(
        occasion=occasion,
        objections=tuple(
            objection
            for rule in RULES
            if isinstance(rule, OccasionRule) and occasion.message_class in rule.applies_to
            if (objection := rule.objection(occasion)) is not None
        ),
        slot=None if slot is None else judge_occasion(slot),
    )


def judge_recipient(recipient: Recipient, *, findings: OccasionFindings) -> Verdict:
    """Judge one person on an occasion; body and promotion slot separately, so that the slot never blocks the body."""
    objections = _objections(recipient, findings=findings)
    if objections:
        return _strictest(objections)
    if findings.slot is None:
        return _GO
    lost = _objections(recipient.for_promotion(), findings=findings.slot)
    return Verdict("go_without_promotion", slot_objections=lost) if lost else _GO


def _objections(recipient: Recipient, *, findings: OccasionFindings) -> tuple[Objection, ...]:
    occasion = findings.occasion
    found: list[Objection] = []
    for ask in _RECIPIENT_CHECKS[occasion.message_class]:
        objection = ask(occasion, recipient)
        if objection is not None:
            found.append(objection)
    if not found:
        return findings.objections
    return _in_order((*found, *findings.objections))


def _in_order(objections: Iterable[Objection]) -> tuple[Objection, ...]:
    return tuple(sorted(objections, key=lambda objection: _POSITION[objection.code]))


def _strictest(objections: tuple[Objection, ...]) -> Verdict:
    times = [objection.until for objection in objections if objection.until is not None]
    if len(times) < len(objections):
        return Verdict("refuse", objections=objections)
    return Verdict("wait", until=max(times), objections=objections)
