"""Word the refusals of campaigns (campaigns/) and of their test sends (mailroom/checking/)."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Sentence, Words

PARTS: Mapping[str, Sentence] = {
    "template": _("a template"),
    "segment": _("a segment"),
    "reason": _("the reason from the customer’s side"),
}


def _say_incomplete(*, name: str, missing: Sequence[str]) -> str:
    parts = ", ".join(str(PARTS[code]) for code in missing)
    return gettext("“%(name)s” cannot be checked yet. Still missing: %(list)s.") % {"name": name, "list": parts}


WORDS: Mapping[str, Words] = {
    "topic-of-another-brand": _("The topic %(code)s belongs to another brand. Choose one of %(brand)s."),
    "campaign-not-a-draft": _("“%(name)s” is no draft any more. Duplicate it and change the copy."),
    "campaign-incomplete": _say_incomplete,
    "campaign-under-way": _("“%(name)s” was started already, or its dry run is under way."),
    "campaign-not-checked": _("“%(name)s” starts once, after a dry run. Run the dry run first, then start it."),
    "campaign-started-meanwhile": _("“%(name)s” was started by somebody else a moment ago."),
    "links-unreachable": _(
        "Readers could not unsubscribe: %(brand)s answers them at %(address)s, which they cannot reach or "
        "which is not encrypted. Set its public address (https://…) under Settings, Brands; then try again."
    ),
    "campaign-not-running": _("“%(name)s” is not being sent, so there is nothing to pause."),
    "campaign-not-paused": _("“%(name)s” is not paused."),
    "campaign-ended": _("“%(name)s” has ended already."),
    "campaign-not-sent": _("“%(name)s” was not sent yet, or was cancelled: there is nothing to try again."),
    "nothing-to-retry": _("“%(name)s” has nothing that could be tried again."),
    "goal-without-link": _("“%(name)s” has no link to %(link)s. Choose one of its template."),
    "campaign-without-template": _("“%(name)s” has no template yet. Choose one, then send the test."),
    "test-address-unusable": _("%(address)s is not an e-mail address that can be written to."),
}
