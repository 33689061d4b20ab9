"""Label the states and lines of imports, and the outcome of taking one back."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.labels.field_names import label_field
from esmero.web.parts.labels import StateLabel

IMPORT: Mapping[str, StateLabel] = {
    "draft": StateLabel("wait", pgettext_lazy("import", "draft")),
    "checking": StateLabel("info", pgettext_lazy("import", "being checked")),
    "checked": StateLabel("kept", pgettext_lazy("import", "checked")),
    "running": StateLabel("info", pgettext_lazy("import", "running")),
    "done": StateLabel("kept", pgettext_lazy("import", "done")),
    "failed": StateLabel("broken", pgettext_lazy("import", "failed")),
    "undoing": StateLabel("info", pgettext_lazy("import", "being taken back")),
    "undone": StateLabel("plain", pgettext_lazy("import", "taken back")),
}
# Kinds of import, in the plural.
IMPORT_KIND: Mapping[str, str | Promise] = {"persons": _("People"), "exclusions": _("Exclusions")}
LINE: Mapping[str, StateLabel] = {
    "added": StateLabel("kept", pgettext_lazy("import line", "added")),
    "changed": StateLabel("info", pgettext_lazy("import line", "changed")),
    "unchanged": StateLabel("plain", pgettext_lazy("import line", "unchanged")),
    "merged": StateLabel("plain", pgettext_lazy("import line", "merged")),
    "refused": StateLabel("broken", pgettext_lazy("import line", "refused")),
}
# Verdicts of an import in the plural, beside their counts.
LINES: Mapping[str, StateLabel] = {
    "added": StateLabel("kept", pgettext_lazy("import lines", "added")),
    "changed": StateLabel("info", pgettext_lazy("import lines", "changed")),
    "unchanged": StateLabel("plain", pgettext_lazy("import lines", "unchanged")),
    "merged": StateLabel("plain", pgettext_lazy("import lines", "merged with an earlier line")),
    "refused": StateLabel("broken", pgettext_lazy("import lines", "refused")),
}
LINE_REASONS: Mapping[str, str | Promise] = {
    "erased": _("this person was erased: no list brings them back"),
    "blocked-domain": _("its domain is on the list of those that are refused"),
    "no-identity": _("neither a number nor a usable address"),
    "lost-letter": _("a letter of the name was lost: greetings go without it"),
    "suppressed": _("the address was silenced before, and stays so"),
    "silenced": _("the list says that this address gets no more advertising, or nothing at all"),
    "said-otherwise-before": _("an earlier line of this file says otherwise, and stands"),
    "consent-in-the-future": _("the consent is dated in the future"),
    "consent-without-date": _("the date of the consent cannot be read"),
    "unknown-language": _("the language is not one that we know"),
    "unknown-role": _("this role is not one that we know"),
    "unknown-capacity": _("neither consumer nor business"),
    "unknown-timezone": _("this time zone is not one that we know"),
    "tax-number-unfit": _("this is no tax number of that country"),
    "role-ended-before": _("this role has ended; a list does not bring it back"),
    "brand-number-taken": _("another person or organisation has this number"),
    "too-many-cells": _("the line has more cells than the head"),
    "attributes-not-json": _("the attributes are not JSON"),
    "not-yes-or-date": _("neither yes, no nor a date"),
    "not-text": _("not a text"),
    "not-integer": _("not a whole number"),
    "not-decimal": _("not a number"),
    "not-boolean": _("neither yes nor no"),
    "not-date": _("not a date"),
    "not-choice": _("not one of the choices"),
    "address-written-at": _("the address has “at” in words"),
    "address-no-domain": _("the address has nothing after the @"),
    "address-comma": _("the address ends with a comma"),
    "address-blank": _("the address has a blank in it"),
    "address-two-ats": _("the address has two @"),
    "address-local-too-long": _("the address is too long before the @"),
    "address-two-dots": _("the address has two dots side by side"),
    "address-foreign-script": _("the address has letters of another script before the @"),
    "address-malformed": _("the address cannot be"),
}


def describe_line_reason(code: str) -> str:
    """Describe a reason or warning of an import's line ("not-date: Alta: 31/31"), with the text after the colon."""
    name, _colon, detail = code.partition(": ")
    words = LINE_REASONS.get(name, name.replace("-", " "))
    return f"{words} ({detail})" if detail else str(words)


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
