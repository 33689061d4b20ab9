"""Word the refusals of asks/: of a form that cannot be opened, and of what somebody filled in."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Sentence, Words

PARTS: Mapping[str, Sentence] = {
    "topic": _("a topic that it offers"),
    "wording": _("the words that people agree to"),
}


def _say_incomplete(*, missing: Sequence[str]) -> str:
    parts = ", ".join(str(PARTS[code]) for code in missing)
    return gettext("It cannot be opened yet. Missing: %(what)s.") % {"what": parts}


WORDS: Mapping[str, Words] = {
    "form-incomplete": _say_incomplete,
    "entry-address-unusable": _("Please write an e-mail address, such as name@example.org."),
    "entry-without-topic": _("Please choose what you would like to get."),
    "entry-without-consent": _("We may write to you only if you agree."),
    "entry-empty": _("Please fill this in."),
    "entry-not-offered": _("Please choose one of the list."),
    "entry-not-a-number": _("Please write a number."),
    "entry-not-a-date": _("Please write a date."),
}
