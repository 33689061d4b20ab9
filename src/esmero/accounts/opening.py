"""Open, correct, close, remove and find customer accounts. Staff open them; nobody signs up.

The address of the log-in is the person's address on file at the opening. Staff may correct it until the account is used
for the first time; afterwards it changes by `accounts/new_emails.py` alone: a later change of the person's address
never moves a log-in to another mailbox.
"""

import re
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from esmero.accounts.links import request_invitation
from esmero.accounts.models import CustomerAccount
from esmero.grants.granting import revoke_grants
from esmero.grants.models import Grant
from esmero.grants.purposes import ACCOUNT_PURPOSES
from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.house.sign_in.kinds import UserKind
from esmero.outbox.models import Message
from esmero.outbox.posting.decisions import expire_content
from esmero.people.models import Person
from esmero.people.persons.spoken_languages import pick_spoken
from esmero.refusal import InvalidValue, Refusal

# No @, so that a user name is never taken for an address.
_USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


def open_account(person: Person, *, brand: Brand, by: User | str, at: datetime, user_name: str = "") -> CustomerAccount:
    """Open an account and send the invitation by which the person sets a password; return it.

    Raises:
        InvalidValue: the user name has characters that none may have.
        Refusal: the person is not active, has no address or has an account; user name or address are another's.

    """
    name = _read_user_name(user_name)
    try:
        with transaction.atomic():
            # Locked: two members of staff could otherwise open two accounts at the same time.
            row = Person.objects.select_for_update(of=("self",)).select_related("address").get(pk=person.pk)
            if row.state != Person.State.ACTIVE or row.address is None:
                raise Refusal("account-without-address")
            there = CustomerAccount.objects.filter(person=row).values_list("user__is_active", flat=True)
            if any(there):
                raise Refusal("account-there")
            if there:
                raise Refusal("account-there-closed")
            user = User(
                kind=UserKind.CUSTOMER,
                email=row.address.value.lower(),
                username=name,
                role="",
                language=pick_spoken(row.language, brand.language),
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


def correct_account(account: CustomerAccount, *, user_name: str, by: User | str, at: datetime) -> None:
    """Replace user name and address of an unused account, the latter by the person's of today, and invite anew.

    The links to the former address open nothing, and mail to it that has not left is cancelled.

    Raises:
        InvalidValue: the user name has characters that none may have.
        Refusal: somebody signed in or set a password; the account is closed; the person has no address; user name or
            address are another's.

    """
    name = _read_user_name(user_name)
    try:
        with transaction.atomic():
            # First the links, which waits for one that is being used: then its password is seen below.
            _revoke_links(account, at=at)
            user = User.customers.select_for_update(of=("self",)).get(pk=account.user_id)
            if not user.is_active or user.last_login is not None or user.has_usable_password():
                raise Refusal("account-in-use")
            person = Person.objects.select_related("address").get(pk=account.person_id)
            if person.state != Person.State.ACTIVE or person.address is None:
                raise Refusal("account-without-address")
            user.email, user.username = person.address.value.lower(), name
            user.set_unusable_password()  # a new one, so that a session that begins now ends
            user.save(update_fields=["email", "username", "password"])
            note("account.corrected", by=by, subject=person, facts={"account": account.pk})
            request_invitation(account, at=at)
    except IntegrityError as taken:
        raise Refusal("account-name-taken") from taken


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
        _revoke_links(account, at=at)
        note("account.closed", by=by, subject=account.person, facts={"account": account.pk})


def reopen_account(account: CustomerAccount, *, by: User | str) -> None:
    """Open a closed account again, with the password that it had."""
    with transaction.atomic():
        User.customers.filter(pk=account.user_id).update(is_active=True)
        note("account.reopened", by=by, subject=account.person, facts={"account": account.pk})


def remove_account(account: CustomerAccount, *, by: User | str, at: datetime) -> None:
    """Delete a closed account with its log-in, second factors and sessions: another can be opened in its place.

    Raises:
        Refusal: the account is open.

    """
    with transaction.atomic():
        user = User.customers.select_for_update(of=("self",)).get(pk=account.user_id)
        if user.is_active:
            raise Refusal("account-open")
        _revoke_links(account, at=at)
        end_sessions(CustomerAccount.objects.filter(pk=account.pk))
        note("account.removed", by=by, subject=account.person, facts={"account": account.pk})
        user.delete()


def end_sessions(accounts: QuerySet[CustomerAccount]) -> None:
    """Delete the sessions of log-ins: their data names the address that was typed at sign-in."""
    theirs = UserSession.objects.filter(user__in=accounts.values("user"))
    Session.objects.filter(session_key__in=list(theirs.values_list("session_key", flat=True))).delete()


def _read_user_name(typed: str) -> str | None:
    name = typed.strip().lower()
    if name and not _USER_NAME.fullmatch(name):
        raise InvalidValue("user-name-unusable", text=typed)
    return name or None


def _revoke_links(account: CustomerAccount, *, at: datetime) -> None:
    """Revoke the links of an account; mail with one that has not left is cancelled."""
    rows = Grant.objects.filter(subject_kind=account._meta.model_name or "", subject_id=account.pk, revoked_at=None)
    grounds = [f"grant {pk}" for pk in rows.values_list("pk", flat=True)]
    revoke_grants(account, purposes=ACCOUNT_PURPOSES, at=at)
    unsent = (Message.State.PLANNED, Message.State.WAITING, Message.State.HELD)
    mails = Message.objects.filter(ground__in=grounds, person=None, state__in=unsent)
    expire_content(list(mails.values_list("pk", flat=True)), now=at, is_due=True)
