"""Label background work."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.parts.labels import StateLabel

JOB: Mapping[str, StateLabel] = {
    "waiting": StateLabel("wait", pgettext_lazy("job", "waiting")),
    "running": StateLabel("info", pgettext_lazy("job", "running")),
    "done": StateLabel("kept", pgettext_lazy("job", "done")),
    "failed": StateLabel("broken", pgettext_lazy("job", "failed")),
    "cancelled": StateLabel("plain", pgettext_lazy("job", "cancelled")),
}
DUE: Mapping[str, StateLabel] = {
    "messages": StateLabel("plain", pgettext_lazy("due", "messages to send")),
    "arrivals": StateLabel("plain", pgettext_lazy("due", "arrived mails to read")),
    "jobs": StateLabel("plain", pgettext_lazy("due", "long pieces of work")),
    "happenings": StateLabel("plain", pgettext_lazy("due", "happenings to react to")),
    "deliveries": StateLabel("plain", pgettext_lazy("due", "reactions to happenings")),
}
JOB_KINDS: Mapping[str, str | Promise] = {
    "import": _("Import of a list"),
    "import-check": _("Dry run of an import"),
    "import-undo": _("Taking an import back"),
    "dry-run": _("Dry run of a campaign"),
    "planning": _("Planning of a campaign"),
    "cancelling": _("Cancelling of a campaign"),
    "find-duplicates": _("Search for duplicates"),
    "count-segment": _("Count of a segment"),
    "retrying": _("Another try of what failed"),
    "trying": _("Trying of links"),
    "index-members": _("Search texts of a renamed organisation"),
    "rebuild-search": _("Rebuilding of the search index"),
    "purge-search": _("Removal of deleted texts from the search index"),
    "print-letters": _("Printing of letters"),
}


def label_job(kind: str) -> str:
    """Return the label of a kind of job; an unknown kind unchanged."""
    return str(JOB_KINDS.get(kind, kind))


# The keys are the names in rounds/reactions.py.
REACTION_NAMES: Mapping[str, str | Promise] = {
    "ask-to-confirm": _("Mail that asks to confirm a sign-up"),
    "send-account-link": _("Letter with a link to an account"),
    "send-data-link": _("Letter with the link to one’s data"),
    "finish-campaign": _("End of a campaign"),
}


def label_reaction(function: str) -> str:
    """Return the label of a function that reacts to happenings; an unknown one unchanged."""
    return str(REACTION_NAMES.get(function, function))
