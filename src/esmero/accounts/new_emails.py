"""Change the address with which a customer signs in; it never takes another account over."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from esmero.accounts.models import CustomerAccount
from esmero.grants.granting import revoke_grants, spend
from esmero.grants.models import Grant
from esmero.grants.purposes import INVITATION, NEW_EMAIL, SET_PASSWORD, SIGN_IN
from esmero.house.audit import note
from esmero.house.models import User
from esmero.outbox.posting.content import ToAddress, WrittenText
from esmero.outbox.posting.kinds import ADDRESS_CHANGED
from esmero.outbox.posting.post import post
from esmero.refusal import Refusal


def confirm_new_email(account: CustomerAccount, *, grant: Grant, at: datetime) -> None:
    """Replace the address, spend the link, revoke links sent to the old one, and notify the old one.

    `account` is the one that is signed in: the owner of a mailbox cannot be made to give it to somebody else's account
    by a click.

    Raises:
        GrantRefused: the link was spent meanwhile.
        NoRelay: the brand has no relay.
        Refusal: the link is of another account, or the address belongs to one by now.

    """
    if grant.subject_id != account.pk:
        raise Refusal("link-of-another-account")
    old, new = account.user.email, grant.facts["email"]
    with spend(grant, purpose=NEW_EMAIL, at=at):
        try:
            with transaction.atomic():
                User.customers.filter(pk=account.user_id).update(email=new)
        except IntegrityError as taken:
            raise Refusal("account-name-taken") from taken
        Grant.objects.filter(pk=grant.pk).update(facts={**grant.facts, "old": old})  # erasure must know it
        revoke_grants(account, purposes=(INVITATION, SET_PASSWORD, SIGN_IN, NEW_EMAIL), at=at)
        note("account.email-changed", by=str(account), subject=account.person, facts={"account": account.pk})
        language = account.user.language
        with translation.override(language):
            content = WrittenText(
                subject=_("The address of your account at %(brand)s has changed") % {"brand": account.brand.name},
                text=_(
                    "From now on you sign in with another address, which was confirmed from there. "
                    "If it was not you, answer this mail or call us: %(phone)s"
                )
                % {"phone": account.brand.phone},
            )
        to = ToAddress(old, ground=f"grant {grant.pk}", language=language)
        post(ADDRESS_CHANGED, to, content, brand=account.brand, key=f"account moved {grant.pk}")
