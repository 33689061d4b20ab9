"""List the purposes of signed pages: the letter of their path and token, and how long a link is good.

A purpose names a use ("sign-in"), is stored with each grant and never reused for another.
"""

from dataclasses import dataclass
from datetime import timedelta

from esmero.rendering.tokens import TokenPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPurpose:
    """Describe a purpose. `uses`: finished acts after which a link is spent; None: until it expires."""

    name: str
    token: TokenPurpose
    lifetime: timedelta
    uses: int | None = 1


SIGN_IN = GrantPurpose(name="sign-in", token=TokenPurpose.SIGN_IN, lifetime=timedelta(minutes=15))
SET_PASSWORD = GrantPurpose(name="set-password", token=TokenPurpose.SET_PASSWORD, lifetime=timedelta(hours=1))
INVITATION = GrantPurpose(name="invitation", token=TokenPurpose.INVITATION, lifetime=timedelta(days=14))
NEW_EMAIL = GrantPurpose(name="new-email", token=TokenPurpose.NEW_EMAIL, lifetime=timedelta(days=2))
DATA_ACCESS = GrantPurpose(name="data-access", token=TokenPurpose.DATA, lifetime=timedelta(days=1), uses=None)
ADDRESS_CHANGE = GrantPurpose(name="address-change", token=TokenPurpose.MOVE, lifetime=timedelta(days=2))

ACCOUNT_PURPOSES: tuple[GrantPurpose, ...] = (SIGN_IN, SET_PASSWORD, INVITATION, NEW_EMAIL)
PURPOSES: tuple[GrantPurpose, ...] = (SIGN_IN, SET_PASSWORD, INVITATION, NEW_EMAIL, DATA_ACCESS, ADDRESS_CHANGE)
