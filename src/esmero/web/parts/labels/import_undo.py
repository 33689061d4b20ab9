"""Describe the outcome of a line of an import that was taken back."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.parts.labels.field_names import label_field

OUTCOMES: Mapping[str, str | Promise] = {
    "undone": _("taken back"),
    "undone-withdrawn": _("taken back; its permission was used and is withdrawn"),
    "changed-since": _("kept: somebody has changed it since"),
    "in-use": _("kept: something refers to it"),
    "merged-or-erased": _("kept: the person was merged or erased"),
}
# Values that are no field of a person, and tables whose rows refer to a person.
_DETAILS: Mapping[str, str | Promise] = {
    "contact-points": pgettext_lazy("kept line", "other ways to reach them"),
    "tags": _("Tags"),
    "lifted": pgettext_lazy("kept line", "the exclusion was lifted"),
    "message": pgettext_lazy("kept line", "a message"),
    "audiencemember": pgettext_lazy("kept line", "a campaign"),
    "conversation": pgettext_lazy("kept line", "a conversation"),
    "submission": pgettext_lazy("kept line", "a sign-up"),
    "note": pgettext_lazy("kept line", "a note"),
    "preference": pgettext_lazy("kept line", "a wish"),
    "permissionentry": pgettext_lazy("kept line", "a permission"),
    "datarequest": pgettext_lazy("kept line", "a request about their data"),
    "customeraccount": pgettext_lazy("kept line", "an account in the customer area"),
    "grant": pgettext_lazy("kept line", "a link that was sent to them"),
    "merge": pgettext_lazy("kept line", "a merge"),
}


def describe_undo(code: str) -> str:
    """Describe an outcome such as "undone" or "changed-since: given_name"; return "" for no outcome."""
    name, _colon, detail = code.partition(": ")
    words = str(OUTCOMES.get(name, name))
    if not detail:
        return words
    return f"{words} ({_DETAILS.get(detail) or label_field('person', detail)})"
