"""Derive the stage of the relationship with a party from its roles; stage_sql.py says the same in SQL.

Nobody types a stage: whoever opens, ends or removes a role changes it (domain.md, Relationship).
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple, get_args

Stage = Literal["known", "prospect", "customer", "leaving", "former"]
STAGES: tuple[Stage, ...] = get_args(Stage)
CUSTOMER_ROLES = ("customer", "member")
PROSPECT_ROLE = "prospect"


class RoleFact(NamedTuple):
    """Hold a role of a party; days include both ends, None is unknown or open. `brand` is a code, "" for the house."""

    kind: str
    since: date | None = None
    until: date | None = None
    brand: str = ""

    def is_held(self, day: date) -> bool:
        """Return whether the role is held on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def derive_stage(roles: Iterable[RoleFact], *, today: date) -> Stage:
    """Return the stage on a day, the first that applies.

    * customer: a role of customer or member is held, and its end is not known;
    * leaving: such a role is held, and its last day is known;
    * former: such a role has ended;
    * prospect: a role of prospect is held, or one of customer or member is yet to begin;
    * known: nothing of this.
    """
    roles = list(roles)
    bound = [role for role in roles if role.kind in CUSTOMER_ROLES]
    held = [role for role in bound if role.is_held(today)]
    if any(role.until is None for role in held):
        return "customer"
    if held:
        return "leaving"
    if any(role.until is not None and role.until < today for role in bound):
        return "former"
    if bound or any(role.kind == PROSPECT_ROLE and role.is_held(today) for role in roles):
        return "prospect"
    return "known"
