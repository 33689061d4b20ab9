"""Label facts on the recipient's pages: rules passed, legal bases, unsubscribe reasons, data held."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.web.labels.people import UNSUBSCRIBE_REASON

type Words = Mapping[str, str | Promise]

PASSED: Words = {
    "G01": _("Your address is not among those that we leave alone."),
    "G02": _("Your address can be reached."),
    "G03": _("You allowed this kind of message, and we can show when and how."),
    "G04": _("You have not taken that back."),
    "G05": _("You have not turned this topic off."),
    "G06": _("It is no more often than you asked for."),
    "G07": _("You have not asked for a pause."),
    "G08": _("You had not got it already."),
    "G09": _("It says why it is worth your time."),
    "G10": _("Somebody stands behind it whom you can call or answer."),
    "G11": _("It says that it is advertising, and how to leave."),
    "G12": _("No sign-up with your address waits for your confirmation."),
    "G13": _("Advertising does not come to you at night."),
}

BASES: Words = {
    "consent": _("You said yes to it."),
    "soft opt-in": _("You are our customer, were told of such messages, and could refuse them at any time."),
    "contract": _("It belongs to your contract."),
    "law": _("The law asks us to tell you."),
    "legitimate interest": _("We have a legitimate interest, which you can object to at any time."),
}

REASONS: Words = UNSUBSCRIBE_REASON

KNOWN: Words = {
    "name": _("your name"),
    "number": _("your customer number"),
    "language": _("your language"),
    "country": _("your country"),
    "organisation": _("your company"),
    "phone": _("your telephone number"),
    "post": _("your postal address"),
    "fields": _("details of what you have from us"),
}

# Categories of data held, named for the data subject; the keys are the names in privacy/personal_data.py.
HOLDINGS: Words = {
    "messages": _("messages that we wrote to you"),
    "events of messages": _("what came of them (arrived, returned, a link that you opened)"),
    "permission ledger": _("what you allowed or took back, with date and wording"),
    "wishes": _("your wishes: topics, how often, pauses"),
    "other ways to reach them": _("telephone numbers and postal addresses"),
    "roles": _("what you are to us: customer, member and the like"),
    "letters of a conversation": _("letters that you wrote to us, and our answers"),
    "lines of imports": _("lists in which you stood"),
    "sign-ups": _("forms that you filled in"),
    "log-ins of customers": _("your log-in to the customer area"),
    "sessions of log-ins": _("where and with which device you signed in"),
}

# Data retained after an erasure, and why.
KEPT: Words = {
    "messages": _(
        "That a message was sent, when, and on which ground, without your address: we must be able to prove it."
    ),
    "permission ledger": _("That you allowed or objected to something, and when, without your name: the same."),
    "person": _("A code of your address that nobody can read, so that no list brings you back."),
}


def mask(address: str) -> str:
    """Return an address that its owner recognises and nobody else can use."""
    local, _at, domain = address.partition("@")
    return f"{local[:2]}•••@{domain}" if domain else ""
