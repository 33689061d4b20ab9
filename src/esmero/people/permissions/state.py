"""What follows from the entries of one permission: a value that does not depend on the order in which they became known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from esmero.people.models import PermissionEntry

CONSENT = "consent"
BASES = frozenset({CONSENT, "soft opt-in", "contract", "legitimate interest", "law"})

_Act = PermissionEntry.Act
_REVOKING = frozenset({_Act.WITHDRAWN.value, _Act.OBJECTED.value})


class PermissionFact(NamedTuple):
    """What of a ledger entry decides."""

    id: int
    act: str
    basis: str
    at: datetime
    by_person: bool


@dataclass(frozen=True, slots=True)
class PermissionState:
    """The standing: `entry` is the id of the entry that decides. A grant overtaken by a withdrawal is never dated after it."""

    state: str
    granted_at: datetime | None
    basis: str
    withdrawn_at: datetime | None
    objected: bool
    entry: int


def settle(facts: Iterable[PermissionFact]) -> PermissionState:
    """Return the standing that follows from all entries of one person, brand, channel, purpose and topic.

    A withdrawal wins on equal dates, and only a later consent of the person themselves undoes it, never what stands in a
    list (Regulation (EU) 2016/679 art. 7(3), 21(3)). Of several grants a consent counts before any other basis.
    """
    known = sorted(facts, key=lambda fact: (fact.at, fact.id))
    revoked = next((fact for fact in reversed(known) if fact.act in _REVOKING), None)
    expired = next((fact for fact in reversed(known) if fact.act == _Act.EXPIRED), None)
    grants = [fact for fact in known if fact.act == _Act.GRANTED]
    living = [fact for fact in grants if expired is None or fact.at > expired.at]
    withdrawn_at = revoked.at if revoked else None
    objected = revoked is not None and revoked.act == _Act.OBJECTED
    if revoked is not None:
        living = [fact for fact in living if fact.by_person and fact.basis == CONSENT and fact.at > revoked.at]
    if living:
        best = max(living, key=lambda fact: (fact.basis == CONSENT, fact.at, fact.id))
        return PermissionState(_Act.GRANTED, best.at, best.basis, withdrawn_at, objected, best.id)
    if revoked is not None:
        old = max(grants, key=lambda fact: (fact.basis == CONSENT, fact.at, fact.id), default=None)
        granted_at = min(old.at, revoked.at) if old else None
        return PermissionState(revoked.act, granted_at, old.basis if old else "", revoked.at, objected, revoked.id)
    last = expired or known[-1]
    return PermissionState(last.act, None, last.basis, None, False, last.id)
