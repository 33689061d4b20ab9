"""Word the refusals of privacy/: merging, erasure, data access, terms of storage."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words

WORDS: Mapping[str, Words] = {
    "merge-impossible": _("Only two different people who are both active can be merged."),
    "merge-undone": _("This merge was undone already."),
    "merged-again": _("This person was merged again later: undo that merge first."),
    "erasure-while-sending": _("A message to this person is leaving right now. Please try again in a minute."),
    "erasure-while-printed": _(
        "A letter to this person is printed and not posted yet. Record its batch as posted, or discard it, first."
    ),
    "new-address-unusable": _("This is not an e-mail address that we can write to."),
    "new-address-same": _("This is the address that we have."),
    "new-address-too-often": _("You have asked for this several times today. Please try again tomorrow."),
    "term-out-of-range": _("At least one day, at most %(days)s: no more is allowed."),
}
