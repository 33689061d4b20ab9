"""The words of the states and reasons that codes stand for: what people read, never what programs compare."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LANGUAGE_NAMES = [("es", "Español"), ("fr", "Français"), ("en", "English")]


class Word(NamedTuple):
    """How a state looks (see the chip) and how it is said."""

    look: str
    text: str | Promise


MESSAGE: Mapping[str, Word] = {
    "planned": Word("plain", pgettext_lazy("message", "planned")),
    "refused": Word("plain", pgettext_lazy("message", "left out")),
    "held": Word("wait", pgettext_lazy("message", "held for approval")),
    "waiting": Word("wait", pgettext_lazy("message", "waiting")),
    "claimed": Word("info", pgettext_lazy("message", "next to leave")),
    "wire": Word("info", pgettext_lazy("message", "on its way")),
    "orphaned": Word("wait", pgettext_lazy("message", "being settled")),
    "sent": Word("kept", pgettext_lazy("message", "sent")),
    "doubt": Word("broken", pgettext_lazy("message", "in doubt")),
    "gave-up": Word("broken", pgettext_lazy("message", "given up")),
    "cancelled": Word("plain", pgettext_lazy("message", "cancelled")),
}

OUTCOME: Mapping[int, Word] = {
    1: Word("info", pgettext_lazy("message", "absent")),
    2: Word("wait", pgettext_lazy("message", "returned for now")),
    3: Word("broken", pgettext_lazy("message", "refused, our side")),
    4: Word("broken", pgettext_lazy("message", "returned for good")),
    5: Word("broken", pgettext_lazy("message", "complained")),
}

EVENT: Mapping[str, Word] = {
    "deferred": Word("wait", _("The relay asked us to try later")),
    "refused": Word("broken", _("The relay refused it")),
    "returned-for-good": Word("broken", _("It returned for good")),
    "returned-for-now": Word("wait", _("It returned for now")),
    "our-fault": Word("broken", _("It was refused because of us")),
    "absent": Word("info", _("They are away")),
    "clicked": Word("kept", _("They opened a link")),
    "complained": Word("broken", _("They complained of it as unwanted")),
    "unsubscribed": Word("wait", _("They asked not to get this any more")),
    "replied": Word("info", _("They answered")),
    "retried": Word("plain", _("We tried again")),
    "resolved": Word("plain", _("A doubt was settled by a person")),
}

CAMPAIGN: Mapping[str, Word] = {
    "draft": Word("wait", pgettext_lazy("campaign", "draft")),
    "checking": Word("info", pgettext_lazy("campaign", "being checked")),
    "checked": Word("kept", pgettext_lazy("campaign", "checked")),
    "planning": Word("info", pgettext_lazy("campaign", "being planned")),
    "running": Word("info", pgettext_lazy("campaign", "sending")),
    "paused": Word("wait", pgettext_lazy("campaign", "paused")),
    "done": Word("kept", pgettext_lazy("campaign", "done")),
    "cancelled": Word("plain", pgettext_lazy("campaign", "cancelled")),
}

IMPORT: Mapping[str, Word] = {
    "draft": Word("wait", pgettext_lazy("import", "draft")),
    "checking": Word("info", pgettext_lazy("import", "being checked")),
    "checked": Word("kept", pgettext_lazy("import", "checked")),
    "running": Word("info", pgettext_lazy("import", "running")),
    "done": Word("kept", pgettext_lazy("import", "done")),
    "failed": Word("broken", pgettext_lazy("import", "failed")),
}

LINE: Mapping[str, Word] = {
    "added": Word("kept", pgettext_lazy("import line", "added")),
    "changed": Word("info", pgettext_lazy("import line", "changed")),
    "unchanged": Word("plain", pgettext_lazy("import line", "unchanged")),
    "merged": Word("plain", pgettext_lazy("import line", "merged")),
    "refused": Word("broken", pgettext_lazy("import line", "refused")),
}

JOB: Mapping[str, Word] = {
    "waiting": Word("wait", pgettext_lazy("job", "waiting")),
    "running": Word("info", pgettext_lazy("job", "running")),
    "done": Word("kept", pgettext_lazy("job", "done")),
    "failed": Word("broken", pgettext_lazy("job", "failed")),
    "cancelled": Word("plain", pgettext_lazy("job", "cancelled")),
}

STANDING: Mapping[str, Word] = {
    "ok": Word("kept", pgettext_lazy("address", "good")),
    "failing": Word("wait", pgettext_lazy("address", "failing")),
    "suppressed": Word("broken", pgettext_lazy("address", "silenced")),
}

CONVERSATION: Mapping[str, Word] = {
    "waiting": Word("wait", pgettext_lazy("conversation", "waits for us")),
    "theirs": Word("info", pgettext_lazy("conversation", "waits for them")),
    "closed": Word("plain", pgettext_lazy("conversation", "closed")),
}

FORM: Mapping[str, Word] = {
    "draft": Word("wait", pgettext_lazy("form", "draft")),
    "open": Word("kept", pgettext_lazy("form", "open")),
    "closed": Word("plain", pgettext_lazy("form", "closed")),
}

DATA_REQUEST: Mapping[str, Word] = {
    "open": Word("wait", pgettext_lazy("request", "waits for an answer")),
    "done": Word("kept", pgettext_lazy("request", "done")),
    "declined": Word("broken", pgettext_lazy("request", "declined")),
}

# How often something happened; the events in the plural.
COUNTED: Mapping[str, Word] = {
    "replied": Word("info", _("Human replies")),
    "returned-for-good": Word("broken", _("Addresses that returned for good")),
    "complained": Word("broken", _("Complaints as unwanted")),
    "unsubscribed": Word("wait", _("Left a topic")),
    "absent": Word("info", _("Notes of absence")),
    "clicked": Word("kept", _("Links opened by people")),
}

# Formats as Django writes them; translators turn them into the order of their language.
MOMENTS: Mapping[str, str | Promise] = {
    "day": pgettext_lazy("date format", "j F Y"),
    "weekday": pgettext_lazy("date format", "l j F Y"),
    "today": pgettext_lazy("date format", "l j F"),
    "time": pgettext_lazy("date format", "j F Y, H:i"),
    "second": pgettext_lazy("date format", "j F Y, H:i:s"),
    "weekday, time": pgettext_lazy("date format", "l j F Y, H:i"),
    "short": pgettext_lazy("date format", "j M Y"),
    "short time": pgettext_lazy("date format", "j M H:i"),
}

DUE: Mapping[str, Word] = {
    "messages": Word("plain", pgettext_lazy("due", "messages to send")),
    "arrivals": Word("plain", pgettext_lazy("due", "arrived mails to read")),
    "jobs": Word("plain", pgettext_lazy("due", "long pieces of work")),
    "happenings": Word("plain", pgettext_lazy("due", "happenings to react to")),
}

ROLE: Mapping[str, Word] = {
    "owner": Word("plain", pgettext_lazy("role", "owner")),
    "manager": Word("plain", pgettext_lazy("role", "manager")),
    "agent": Word("plain", pgettext_lazy("role", "agent")),
    "reader": Word("plain", pgettext_lazy("role", "reader")),
}
ROLES: Mapping[str, str | Promise] = {role: word.text for role, word in ROLE.items()}

STATES: Mapping[str, Mapping[str, Word]] = {
    "message": MESSAGE,
    "event": EVENT,
    "counted": COUNTED,
    "campaign": CAMPAIGN,
    "import": IMPORT,
    "line": LINE,
    "job": JOB,
    "standing": STANDING,
    "conversation": CONVERSATION,
    "form": FORM,
    "role": ROLE,
    "due": DUE,
    "data-request": DATA_REQUEST,
}

REASONS: Mapping[str, str | Promise] = {
    "G01": _("The address was silenced"),
    "G02": _("No usable address"),
    "G03": _("No permission for this"),
    "G04": _("They said no, and have not said yes since"),
    "G05": _("They turned this topic off"),
    "G06": _("They asked for less than this often"),
    "G07": _("They asked for a pause"),
    "G08": _("Same address as someone else, or has it already"),
    "G09": _("The message does not say why it is worth their time"),
    "G10": _("Nobody can be reached behind it"),
    "G11": _("It does not say that it is advertising, or how to leave"),
}


def say_reason(code: str) -> str:
    """Say an objection's code ("G03", or "G06:wait") in words; an unknown code says itself."""
    return str(REASONS.get(code.partition(":")[0], code))


FIELD_KINDS: Mapping[str, str | Promise] = {
    "text": pgettext_lazy("kind of field", "text"),
    "integer": pgettext_lazy("kind of field", "whole number"),
    "decimal": pgettext_lazy("kind of field", "number"),
    "boolean": pgettext_lazy("kind of field", "yes or no"),
    "date": pgettext_lazy("kind of field", "date"),
    "choice": pgettext_lazy("kind of field", "choice"),
}

CHANNELS: Mapping[str, str | Promise] = {
    "email": pgettext_lazy("channel", "e-mail"),
    "post": pgettext_lazy("channel", "post"),
    "phone": pgettext_lazy("channel", "telephone"),
    "portal": pgettext_lazy("channel", "customer area"),
}

# The grounds of domain.md, in the order in which they are shown.
BASES: Mapping[str, str | Promise] = {
    "consent": pgettext_lazy("ground", "consent"),
    "soft opt-in": pgettext_lazy("ground", "existing customers, similar products"),
    "contract": pgettext_lazy("ground", "contract"),
    "law": pgettext_lazy("ground", "legal duty"),
    "legitimate interest": pgettext_lazy("ground", "legitimate interest"),
}

MESSAGE_CLASSES: Mapping[str, str | Promise] = {
    "service": pgettext_lazy("class of message", "service"),
    "relational": pgettext_lazy("class of message", "relational"),
    "commercial": pgettext_lazy("class of message", "commercial"),
    "auto-reply": pgettext_lazy("class of message", "automatic reply"),
    "internal": pgettext_lazy("class of message", "internal"),
}

JOB_KINDS: Mapping[str, str | Promise] = {
    "import": _("Import of a list"),
    "import-check": _("Dry run of an import"),
    "dry-run": _("Dry run of a campaign"),
    "planning": _("Planning of a campaign"),
    "cancelling": _("Cancelling of a campaign"),
}


def say_job(kind: str) -> str:
    """Say a kind of long work in words; an unknown kind says itself."""
    return str(JOB_KINDS.get(kind, kind))


LINE_REASONS: Mapping[str, str | Promise] = {
    "blocked-domain": _("its domain is on the list of those that are refused"),
    "no-identity": _("neither a number nor a usable address"),
    "lost-letter": _("a letter of the name was lost: greetings go without it"),
    "suppressed": _("the address was silenced before, and stays so"),
    "silenced": _("the list says that this address gets no more advertising, or nothing at all"),
    "said-otherwise-before": _("an earlier line of this file says otherwise, and stands"),
    "consent-in-the-future": _("the consent is dated in the future"),
    "consent-without-date": _("the date of the consent cannot be read"),
    "unknown-language": _("the language is not one that we know"),
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


def say_line(code: str) -> str:
    """Say a reason or warning of an import's line ("not-date: Alta: 31/31") in words; what follows the colon is shown."""
    name, _colon, detail = code.partition(": ")
    words = LINE_REASONS.get(name, name.replace("-", " "))
    return f"{words} ({detail})" if detail else str(words)
