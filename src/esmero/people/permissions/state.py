"""Derive the state of a permission from its ledger entries, independent of the order in which they were recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from esmero.people.models import PermissionEntry
from esmero.policy.permission import CONSENT

BASES = frozenset({CONSENT, "soft opt-in", "contract", "legitimate interest", "law"})

_Act = PermissionEntry.Act
_REVOKING = frozenset({_Act.WITHDRAWN.value, _Act.OBJECTED.value})


class PermissionFact(NamedTuple):
    """Hold the columns of a PermissionEntry that decide the state."""

    id: int
    act: str
    basis: str
    at: datetime
    by_person: bool


@dataclass(frozen=True, slots=True)
class PermissionState:
    """Hold the derived state; `entry` is the id of the deciding entry. A grant is never dated after its withdrawal."""

    state: str
    granted_at: datetime | None
    basis: str
    withdrawn_at: datetime | None
    objected: bool
    entry: int


def compute_state(facts: Iterable[PermissionFact]) -> PermissionState:
    """Return the state of one permission (person, brand, channel, purpose and topic) from all its entries.

    A withdrawal wins on equal dates. Only a later consent by the person themselves overrides it, never an entry from a
    list (Regulation (EU) 2016/679 art. 7(3), 21(3)). Among several grants a consent ranks before any other basis.
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
