"""Word the refusals of mailroom/: trying again, webhooks, the answers of the catcher."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words

WORDS: Mapping[str, Words] = {
    "message-not-retriable": _("This message cannot be tried again: it has left, or it returned for good."),
    "secret-not-a-pair": _("Two words with a colon between them: name:password."),
    "secret-not-a-key": _("This is no key of this provider. Copy it whole, without blanks."),
    "copy-without-link": _("This message has no link that is counted, so there is nothing to click."),
    "link-not-web": _("The link %(address)s is no web address."),
    "click-refused": _("The door for clicks answered %(code)s for %(address)s."),
    "click-unreachable": _("The door for clicks at %(address)s cannot be reached: %(trouble)s."),
    "answer-not-taken": _("The listener at %(host)s:%(port)s did not take the mail for %(recipient)s: %(trouble)s."),
}
