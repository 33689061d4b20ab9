"""Word the refusals of accounts/: accounts in the customer area."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words

WORDS: Mapping[str, Words] = {
    "user-name-unusable": _(
        "“%(text)s” cannot be a user name: at least three letters without accents, digits, points, hyphens or"
        " low lines, and no @."
    ),
    "account-without-address": _("Without an address nobody can be invited: give this person one first."),
    "account-closed": _("This account is closed. Open it again first."),
    "account-invited-enough": _("Three mails to set a password were sent since yesterday. Send the next one tomorrow."),
    "account-there": _("This person has an account already."),
    "account-there-closed": _("This person has a closed account: open it again, or remove it first."),
    "account-in-use": _("This account is closed or was used already: only the customer can change its address."),
    "account-open": _("Only a closed account can be removed."),
    "account-name-taken": _("This user name or this address belongs to another account."),
    "link-of-another-account": _("This link is for another account than the one in which you are signed in."),
    "account-unknown": _("There is no open account with the user name or address “%(name)s”."),
}
