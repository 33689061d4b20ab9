"""Set the password of a customer by a link."""

from datetime import datetime

from esmero.accounts.models import CustomerAccount
from esmero.grants.granting import revoke_grants, spend
from esmero.grants.models import Grant
from esmero.grants.purposes import ACCOUNT_PURPOSES, GrantPurpose
from esmero.house.audit import note


def set_password(account: CustomerAccount, *, grant: Grant, purpose: GrantPurpose, password: str, at: datetime) -> None:
    """Store a valid password and spend the link. All sessions end, for their hash follows the password.

    Raises:
        GrantRefused: the link was spent meanwhile.

    """
    with spend(grant, purpose=purpose, at=at):
        account.user.set_password(password)
        account.user.save(update_fields=["password"])
        # Whoever could read the mailbox before the change holds links that must not outlive it.
        revoke_grants(account, purposes=ACCOUNT_PURPOSES, at=at)
        note("account.password-set", by=str(account), subject=account.person, facts={"account": account.pk})
