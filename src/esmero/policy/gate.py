"""Apply every rule to a case and return *go*, *go without promotion*, *wait until* or *refuse*.

Every message is judged before a campaign starts (dry run) and again before transport. Only the mailroom calls the gate.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from esmero.policy.case import Case, MessageClass, Occasion, Recipient
from esmero.policy.rule import OccasionRule, RecipientRule, Rule
from esmero.policy.rules.address_is_confirmed import AddressIsConfirmed
from esmero.policy.rules.address_is_reachable import AddressIsReachable
from esmero.policy.rules.commerce_is_labelled import CommerceIsLabelled
from esmero.policy.rules.frequency_is_theirs import FrequencyIsTheirs
from esmero.policy.rules.message_has_its_reason import MessageHasItsReason
from esmero.policy.rules.night_is_quiet import NightIsQuiet
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
    AddressIsConfirmed(),  # asked for, not confirmed
    WithdrawalIsFinal(),  # withdrawn since
    TopicIsWanted(),  # topic turned off
    FrequencyIsTheirs(),  # too soon
    PauseIsRespected(),  # paused
    NightIsQuiet(),  # waits for the morning
    NothingTwice(),  # duplicate in person or household: after all rules that could free the address for another person
    MessageHasItsReason(),  # ours: no reason stated
    PersonIsReachable(),  # ours: no contact person
    CommerceIsLabelled(),  # ours: not labelled
)

_GO = Verdict("go")
_MOST_KEPT = 256  # shared facts whose objections are kept


class _Group(NamedTuple):
    """Hold the checks of all rules about one class of facts, and the method that prepares the facts for them.

    What it prepares is None if the facts leave nothing to object to.
    """

    about: type
    prepare: Callable[[Any, Occasion], Any] | None
    checks: tuple[Callable[[Occasion, Any], Objection | None], ...]


@dataclass(frozen=True, slots=True)
class OccasionFindings:
    """Hold the objections of all occasion rules, which apply to a whole dispatch, and the checks for each person.

    `own` and `shared` are the checks of facts that differ from person to person, and of those that many share.
    `known` holds the objections to shared facts, by the identity of the object, and the objects themselves, so that no
    other takes their identity. `order` is the position of each code in the tuple of rules.
    """

    occasion: Occasion
    objections: tuple[Objection, ...]
    slot: "OccasionFindings | None"
    own: tuple[_Group, ...]
    shared: tuple[_Group, ...]
    order: dict[str, int]
    known: dict[int, Sequence[Objection]] = field(default_factory=dict, repr=False, compare=False)
    kept: list[object] = field(default_factory=list, repr=False, compare=False)


def judge(case: Case, *, rules: tuple[Rule, ...] = RULES) -> Verdict:
    """Apply all rules to one case."""
    return judge_recipient(case.recipient, findings=judge_occasion(case.occasion, rules=rules))


def judge_occasion(occasion: Occasion, *, rules: tuple[Rule, ...] = RULES) -> OccasionFindings:
    """Apply the occasion rules once per dispatch; pass the result to `judge_recipient` for each person."""
    slot = occasion.as_promotion()
    groups = _group_checks(rules, occasion.message_class)
    return OccasionFindings(
        occasion=occasion,
        objections=tuple(
            objection
            for rule in rules
            if isinstance(rule, OccasionRule) and occasion.message_class in rule.applies_to
            if (objection := rule.objection(occasion)) is not None
        ),
        slot=None if slot is None else judge_occasion(slot, rules=rules),
        own=tuple(group for group in groups if not getattr(group.about, "is_shared", False)),
        shared=tuple(group for group in groups if getattr(group.about, "is_shared", False)),
        order={rule.code: position for position, rule in enumerate(rules)},
    )


def judge_recipient(recipient: Recipient, *, findings: OccasionFindings) -> Verdict:
    """Judge one person on an occasion; body and promotion slot separately, so that the slot never blocks the body.

    Raises:
        ValueError: a fact that a rule needs was not gathered; it is an error and never an unnoticed *go*.

    """
    objections = _find_objections(recipient, findings=findings)
    if objections:
        return _strictest(objections)
    if findings.slot is None:
        return _GO
    lost = _find_objections(recipient, findings=findings.slot)
    return Verdict("go_without_promotion", slot_objections=lost) if lost else _GO


@lru_cache(maxsize=32)
def _group_checks(rules: tuple[Rule, ...], message_class: MessageClass) -> tuple[_Group, ...]:
    """Group the recipient rules of a message class by their facts, so that each is looked up and prepared once."""
    applying = [rule for rule in rules if isinstance(rule, RecipientRule) and message_class in rule.applies_to]
    return tuple(
        _Group(
            about,
            getattr(about, "for_occasion", None),
            tuple(rule.objection for rule in applying if rule.about is about),
        )
        for about in dict.fromkeys(rule.about for rule in applying)
    )


def _find_objections(recipient: Recipient, *, findings: OccasionFindings) -> tuple[Objection, ...]:
    person, own, shared = recipient
    found = _check(own, findings.own, findings.occasion, person)
    known = findings.known.get(id(shared))
    if known is None:
        known = _check(shared, findings.shared, findings.occasion, person)
        if len(findings.kept) < _MOST_KEPT:
            findings.kept.append(shared)
            findings.known[id(shared)] = known
    if not found and not known:
        return findings.objections
    return _in_order((*found, *known, *findings.objections), order=findings.order)


def _check(
    facts: Mapping[type, Any], groups: tuple[_Group, ...], occasion: Occasion, person: int
) -> Sequence[Objection]:
    """Return the objections of the rules about these facts."""
    found: list[Objection] | None = None
    for about, prepare, checks in groups:
        try:
            prepared = facts[about] if prepare is None else prepare(facts[about], occasion)
        except KeyError as missing:
            msg = f"Nobody gathered {about.__name__} of person {person} for this occasion ({missing})."
            raise ValueError(msg) from missing
        if prepared is None:
            continue
        for check in checks:
            objection = check(occasion, prepared)
            if objection is not None:
                found = [objection] if found is None else [*found, objection]
    return found or ()


def _in_order(objections: Iterable[Objection], *, order: dict[str, int]) -> tuple[Objection, ...]:
    return tuple(sorted(objections, key=lambda objection: order[objection.code]))


def _strictest(objections: tuple[Objection, ...]) -> Verdict:
    times = [objection.until for objection in objections if objection.until is not None]
    if len(times) < len(objections):
        return Verdict("refuse", objections=objections)
    return Verdict("wait", until=max(times), objections=objections)
