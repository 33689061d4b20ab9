"""Describe the policy rules in the reader's language.

The rules themselves are in policy/rules; a test compares the two tables.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class NormWords(NamedTuple):
    """Hold a rule's name, its statement, and the remedy when it holds a message back."""

    name: str | Promise
    words: str | Promise
    way_out: str | Promise


NORMS: Mapping[str, NormWords] = {
    "G01": NormWords(
        _("A silenced address stays silent"),
        _(
            "An address that returned mail for good, or from which somebody complained, gets nothing, and no new"
            " permission revives it. After a complaint what a contract or an answer needs still goes."
        ),
        _("None here. If the person gives you another address, write to that."),
    ),
    "G02": NormWords(
        _("Only where it can arrive"),
        _("A message goes only where there is an address that can work."),
        _("Correct the address on the person’s page, or bring it with an import."),
    ),
    "G03": NormWords(
        _("Permission is proven"),
        _(
            "What nobody asked for goes only to people whose permission for this topic and purpose stands in the"
            " ledger,"
            " on a ground that the country accepts, and has not run out."
        ),
        _("Ask for it with a sign-up form, or import it with its proof: date, source and wording."),
    ),
    "G12": NormWords(
        _("The address is confirmed"),
        _(
            "Anybody can type an address into a form. A consent given there counts only from the moment on in which"
            " the holder of the address confirms it."
        ),
        _("They click the link in the mail that asked them to confirm."),
    ),
    "G04": NormWords(
        _("A no is a no"),
        _(
            "Whoever took their permission back or objected is not written to, unless they themselves agreed anew"
            " since."
        ),
        _("None but their own new consent."),
    ),
    "G05": NormWords(
        _("Only topics that they want"),
        _("A topic that somebody turned off is not sent to them."),
        _("They turn it on again on their own page."),
    ),
    "G06": NormWords(
        _("As often as they like"),
        _("The next message on a topic waits until the interval that the person chose has passed."),
        _("Wait: it leaves by itself when the time has come."),
    ),
    "G07": NormWords(
        _("A pause is respected"),
        _("Whoever asked for a pause is left in peace until it ends."),
        _("Wait: it leaves by itself when the pause ends."),
    ),
    "G13": NormWords(
        _("The night is quiet"),
        _(
            "Advertising waits for the morning in the time zone of the reader, calls for the hours that the country"
            " allows. What a contract or an answer needs goes at any hour, at night without its promotion."
        ),
        _("Wait: it leaves by itself in the morning."),
    ),
    "G08": NormWords(
        _("Nothing twice"),
        _("One message a person, and one advertisement for all who share an address."),
        _("None is needed: they have it already."),
    ),
    "G09": NormWords(
        _("It says why it is worth their time"),
        _("Each message carries its reason in the reader’s language, under “Why did I get this?”."),
        _("Write the reason into the campaign, in each language that its readers speak."),
    ),
    "G10": NormWords(
        _("Somebody stands behind it"),
        _("A name, a phone number at the ordinary rate, and a mailbox for replies that a human being reads."),
        _("Fill in what is missing under Settings, Brands."),
    ),
    "G11": NormWords(
        _("Advertising says what it is"),
        _("It can be told as advertising, says who sends it and where they live, and offers the way out."),
        _("Fill in the postal address of the brand, and give the message a topic that one can leave."),
    ),
}
