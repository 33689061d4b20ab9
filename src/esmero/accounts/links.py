"""Send the links of customer accounts: invitation, sign-in, new password, new address.

A request writes one grant and one happening, whether the account is known or not; a reaction writes the mail later
(`send_account_links`). So neither words nor time tell which accounts there are.
"""

import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from esmero.accounts.models import CustomerAccount
from esmero.grants.granting import make_grant, write_token
from esmero.grants.models import Grant
from esmero.grants.purposes import INVITATION, NEW_EMAIL, SET_PASSWORD, SIGN_IN, GrantPurpose
from esmero.house.happenings import AccountLinkRequested, ReactionPostponed, happen
from esmero.house.models import Brand
from esmero.outbox.posting.content import ToAddress, WrittenText
from esmero.outbox.posting.kinds import ACCOUNT_INVITATION, ACCOUNT_LINK
from esmero.outbox.posting.post import post
from esmero.outbox.relays import NoRelay
from esmero.people.models import Person

MOST_LIVE = 3  # links of one purpose for one account within its period
PERIODS: Mapping[str, timedelta] = {INVITATION.name: timedelta(days=1)}
PERIOD = timedelta(minutes=15)
MOST_WRONG_CODES = 5
RELAY_EXPECTED = timedelta(minutes=1)
AREA = "/area/"
_WRITTEN = "written"  # fact of a grant: its mail was written

_OURS = {purpose.name: purpose for purpose in (INVITATION, SIGN_IN, SET_PASSWORD, NEW_EMAIL)}


def request_invitation(account: CustomerAccount, *, at: datetime) -> Grant:
    """Request the link by which the customer sets their first password."""
    return _request(INVITATION, account, language=account.user.language, at=at)


def may_invite(account: CustomerAccount, *, at: datetime) -> bool:
    """Return whether an invitation requested now would be sent."""
    return _may_send(
        Grant(
            pk=sys.maxsize, purpose=INVITATION.name, subject_kind="customeraccount", subject_id=account.pk, made_at=at
        )
    )


def request_link(
    purpose: GrantPurpose, account: CustomerAccount | None, *, browser: str, language: str, at: datetime
) -> Grant:
    """Request a link to sign in or to set a password; None stands for an account that is not known.

    `browser` is a secret of the browser that asks: there the link needs no code.
    """
    facts = {"browser": _hash("browser", browser)}
    return _request(purpose, account, language=language, at=at, facts=facts)


def request_new_email(account: CustomerAccount, *, email: str, language: str, at: datetime) -> Grant:
    """Request a link to a new address; nothing changes until it is confirmed from there."""
    return _request(NEW_EMAIL, account, language=language, at=at, facts={"email": email.strip().lower()})


def renew_link(grant: Grant, at: datetime) -> None:
    """Request another link in place of a genuine old one, to the address on file.

    A first password that was set is not set by an invitation again: the link is then one for a new password.
    """
    account = find_account_of(grant)
    if account is None:
        return
    purpose = _OURS[grant.purpose]
    if purpose is INVITATION and account.user.has_usable_password():
        purpose = SET_PASSWORD
    _request(purpose, account, language=grant.language, at=at)


def find_account_of(grant: Grant) -> CustomerAccount | None:
    """Return the open account that a link is for; None where there is none any more."""
    return _list_open().filter(pk=grant.subject_id).first() if grant.subject_id is not None else None


def send_account_links(happened: Sequence[AccountLinkRequested]) -> None:
    """Write the mails with the requested links. Needs a transaction; what was decided on before is skipped.

    None is written for an unknown account, nor past MOST_LIVE within a period.

    Raises:
        ReactionPostponed: a brand has no relay; its links wait until it has one, or until they expire.

    """
    now = timezone.now()
    wanted = Grant.objects.select_for_update(of=("self",)).filter(pk__in=[one.grant_id for one in happened])
    grants = list(wanted.filter(sent_at=None, revoked_at=None, expires_at__gt=now).order_by("id"))
    accounts = _list_open().in_bulk([one.subject_id for one in grants if one.subject_id is not None])
    for grant in grants:
        account = accounts.get(grant.subject_id) if grant.subject_id is not None else None
        if account is not None and _may_send(grant):
            try:
                written = _write(grant, account)
                grant.facts = {**grant.facts, _WRITTEN: written}
            except NoRelay as lacking:
                raise ReactionPostponed(str(lacking), until=now + RELAY_EXPECTED) from lacking
        grant.sent_at = now
        grant.save(update_fields=["sent_at", "facts"])


def is_same_browser(grant: Grant, browser: str) -> bool:
    """Return whether this browser asked for the link."""
    return bool(browser) and constant_time_compare(grant.facts.get("browser", ""), _hash("browser", browser))


def is_right_code(grant: Grant, code: str, *, at: datetime) -> bool:
    """Return whether these are the six digits of the mail; after MOST_WRONG_CODES wrong ones the link is revoked."""
    with transaction.atomic():
        row = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
        wrong = row.facts.get("wrong", 0)
        digits = "".join(letter for letter in code if letter.isdecimal())
        right = constant_time_compare(row.facts.get("code", ""), _hash(f"code {row.pk}", digits))
        if right and wrong < MOST_WRONG_CODES and row.revoked_at is None:
            return True
        row.facts = {**row.facts, "wrong": wrong + 1}
        if wrong + 1 >= MOST_WRONG_CODES and row.revoked_at is None:
            row.revoked_at = at
        row.save(update_fields=["facts", "revoked_at"])
    return False


def area_url() -> str:
    """Return the address of the customer area, without a slash at its end."""
    return (settings.ESMERO.customer_url or settings.ESMERO.public_url).rstrip("/") + AREA.rstrip("/")


def _request(
    purpose: GrantPurpose,
    account: CustomerAccount | None,
    *,
    language: str,
    at: datetime,
    facts: Mapping[str, str] | None = None,
) -> Grant:
    with transaction.atomic():
        grant = make_grant(
            purpose,
            subject=account,
            person=account.person if account else None,
            brand=account.brand if account else None,
            language=language,
            at=at,
            facts=facts,
        )
        happen(AccountLinkRequested(grant_id=grant.pk))
    return grant


def _list_open() -> QuerySet[CustomerAccount]:
    rows = CustomerAccount.objects.select_related("user", "person", "brand")
    return rows.filter(user__is_active=True, person__state=Person.State.ACTIVE)


def _may_send(grant: Grant) -> bool:
    """Say whether fewer than MOST_LIVE mails were written within the period before a request.

    Requests without a mail do not count: otherwise a stranger who goes on asking would keep the owner from any link.
    """
    since = grant.made_at - PERIODS.get(grant.purpose, PERIOD)
    alike = Grant.objects.filter(purpose=grant.purpose, subject_kind=grant.subject_kind, subject_id=grant.subject_id)
    written = alike.filter(**{f"facts__{_WRITTEN}": True}, made_at__gt=since, pk__lt=grant.pk, revoked_at=None)
    return written.count() < MOST_LIVE


def _write(grant: Grant, account: CustomerAccount) -> bool:
    """Post the mail with a link; return False where its address gets none."""
    purpose = _OURS[grant.purpose]
    to = account.user.email
    if purpose is NEW_EMAIL:
        to = grant.facts["email"]
        # An address of another account gets nothing: the answer on the page is the same.
        if CustomerAccount.objects.filter(user__email=to).exists():
            return False
    code = ""
    if purpose is SIGN_IN:
        code = f"{secrets.randbelow(1_000_000):06d}"
        grant.facts = {**grant.facts, "code": _hash(f"code {grant.pk}", code)}
    place = f"{area_url()}/{purpose.token.value}/{write_token(grant, purpose=purpose)}"
    language = grant.language or account.user.language
    with translation.override(language):
        subject, text = _TEXTS[purpose.name](account.brand, place, code)
    post(
        ACCOUNT_INVITATION if purpose is INVITATION else ACCOUNT_LINK,
        ToAddress(to, ground=f"grant {grant.pk}", language=language),
        WrittenText(subject=subject, text=text),
        brand=account.brand,
        key=f"grant {grant.pk}",
    )
    return True


def _write_invitation(brand: Brand, place: str, _code: str) -> tuple[str, str]:
    return _("Your account at %(brand)s") % {"brand": brand.name}, _(
        "%(brand)s has opened an account for you. Choose your password here:\n\n%(place)s\n\n"
        "The link is good for two weeks. If it is too late, the same page sends you another."
    ) % {"brand": brand.name, "place": place}


def _write_sign_in(brand: Brand, place: str, code: str) -> tuple[str, str]:
    return _("Sign in at %(brand)s") % {"brand": brand.name}, _(
        "Sign in here:\n\n%(place)s\n\n"
        "On another device than the one on which you asked, this code is needed, too: %(code)s\n\n"
        "Both are good for a quarter of an hour. Do not pass them on; nobody of %(brand)s asks for them. "
        "If you did not ask for them, do nothing."
    ) % {"brand": brand.name, "place": place, "code": code}


def _write_password(brand: Brand, place: str, _code: str) -> tuple[str, str]:
    return _("A new password for your account at %(brand)s") % {"brand": brand.name}, _(
        "Choose a new password here:\n\n%(place)s\n\n"
        "The link is good for an hour. If you did not ask for it, do nothing: your password stays as it is."
    ) % {"place": place}


def _write_new_email(brand: Brand, place: str, _code: str) -> tuple[str, str]:
    return _("Please confirm the new address of your account at %(brand)s") % {"brand": brand.name}, _(
        "Somebody, we believe you, wants to sign in with this address from now on. If it was you, confirm it here "
        "while you are signed in:\n\n%(place)s\n\nIf not, do nothing."
    ) % {"place": place}


_TEXTS: Mapping[str, Callable[[Brand, str, str], tuple[str, str]]] = {
    INVITATION.name: _write_invitation,
    SIGN_IN.name: _write_sign_in,
    SET_PASSWORD.name: _write_password,
    NEW_EMAIL.name: _write_new_email,
}


def _hash(use: str, text: str) -> str:
    """Return a keyed hash of a secret, of no use to readers of the database."""
    return salted_hmac(f"esmero.accounts {use}", text, algorithm="sha256").hexdigest()
