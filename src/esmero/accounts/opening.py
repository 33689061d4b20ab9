"""Open, close and find customer accounts. Staff open them; nobody signs up.

The address of the log-in is the person's address on file at the opening. It changes by `accounts/new_emails.py` alone:
a later change of the person's address never moves a log-in to another mailbox.
"""

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from esmero.accounts.links import request_invitation
from esmero.accounts.models import CustomerAccount
from esmero.grants.granting import revoke_grants
from esmero.grants.purposes import INVITATION, NEW_EMAIL, SET_PASSWORD, SIGN_IN
from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.house.sign_in.kinds import UserKind
from esmero.people.models import Person
from esmero.refusal import InvalidValue, Refusal

# No @, so that a user name is never taken for an address.
_USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


def open_account(person: Person, *, brand: Brand, by: User | str, at: datetime, user_name: str = "") -> CustomerAccount:
    """Open an account and send the invitation by which the person sets a password; return it.

    Raises:
        InvalidValue: the user name has characters that none may have.
        Refusal: the person is not active, has no address or has an account; user name or address are another's.

    """
    name = user_name.strip().lower()
    if name and not _USER_NAME.fullmatch(name):
        raise InvalidValue("user-name-unusable", text=user_name)
    try:
        with transaction.atomic():
            # Locked: two members of staff could otherwise open two accounts at the same time.
            row = Person.objects.select_for_update(of=("self",)).select_related("address").get(pk=person.pk)
            if row.state != Person.State.ACTIVE or row.address is None:
                raise Refusal("account-without-address")
            if CustomerAccount.objects.filter(person=row).exists():
                raise Refusal("account-there")
            user = User(
                kind=UserKind.CUSTOMER,
                email=row.address.value.lower(),
                username=name or None,
                role="",
                language=row.language or brand.language,
                timezone=brand.timezone,
            )
            user.set_unusable_password()
            user.save(force_insert=True)
            account = CustomerAccount.objects.create(
                user=user, person=row, brand=brand, opened_at=at, opened_by=str(by)
            )
            note("account.opened", by=by, subject=row, facts={"account": account.pk})
            request_invitation(account, at=at)
    except IntegrityError as taken:
        raise Refusal("account-name-taken") from taken
    return account


def find_account(user: object) -> CustomerAccount | None:
    """Return the account of a signed-in user; None for staff, visitors, closed ones and persons no longer active."""
    if not isinstance(user, User) or user.kind != UserKind.CUSTOMER or not user.is_active:
        return None
    rows = CustomerAccount.objects.select_related("user", "person__address", "brand")
    return rows.filter(user=user.pk, person__state=Person.State.ACTIVE).first()


def find_account_by_name(typed: str) -> CustomerAccount | None:
    """Return the open account with this user name or address, as typed at sign-in."""
    text = typed.strip().lower()
    rows = CustomerAccount.objects.select_related("user", "person", "brand")
    named = Q(user__username=text) | Q(user__email=text)
    return rows.filter(named, user__is_active=True, person__state=Person.State.ACTIVE).first()


def close_account(account: CustomerAccount, *, by: User | str, at: datetime) -> None:
    """Close an account: its sessions end with their next request, its links open nothing."""
    with transaction.atomic():
        User.customers.filter(pk=account.user_id).update(is_active=False)
        revoke_grants(account, purposes=(SIGN_IN, SET_PASSWORD, INVITATION, NEW_EMAIL), at=at)
        note("account.closed", by=by, subject=account.person, facts={"account": account.pk})


def reopen_account(account: CustomerAccount, *, by: User | str) -> None:
    """Open a closed account again, with the password that it had."""
    with transaction.atomic():
        User.customers.filter(pk=account.user_id).update(is_active=True)
        note("account.reopened", by=by, subject=account.person, facts={"account": account.pk})
