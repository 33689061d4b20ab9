"""Label inbound mails, bounces and absences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from esmero.web.parts.components.template_tags import on
from esmero.web.parts.labels import StateLabel

# Why the post brought a letter back (outbox/letters/returns.py).
LETTER_RETURN: Mapping[str, str | Promise] = {
    "unknown": pgettext_lazy("letter came back", "unknown at this address"),
    "moved": pgettext_lazy("letter came back", "moved"),
    "refused": pgettext_lazy("letter came back", "refused by the addressee"),
    "unclaimed": pgettext_lazy("letter came back", "not collected"),
    "deceased": pgettext_lazy("letter came back", "deceased"),
}
# Meanings of bounces (intake/bounces/meaning.py).
MEANING: Mapping[str, str | Promise] = {
    "unknown-user": _("nobody of that name there"),
    "unknown-host": _("the domain does not exist"),
    "moved": _("moved away"),
    "no-mail-host": _("the domain takes no mail"),
    "disabled": _("the box is closed"),
    "restricted": _("the box takes mail only from some"),
    "filtered": _("refused by a filter, no reason given"),
    "mailbox-full": _("the box is full"),
    "too-large": _("the message is too large"),
    "content": _("refused for what it says"),
    "policy": _("against their policy"),
    "reputation": _("our reputation"),
    "authentication": _("we could not prove who we are"),
    "sender": _("our sender address is refused"),
    "throttled": _("too much at once"),
    "system": _("trouble of their machine"),
    "network": _("not reached over the network"),
    "expired": _("tried until the time ran out"),
    "undefined": _("no reason that can be read"),
    "complaint": _("complained of as unwanted"),
}


def label_meaning(code: str) -> str:
    """Return the label of a bounce meaning; an unknown code unchanged."""
    return str(MEANING.get(code, code))


RETURN_CLASS: Mapping[str, StateLabel] = {
    "good": StateLabel("broken", pgettext_lazy("return", "for good")),
    "now": StateLabel("wait", pgettext_lazy("return", "for now")),
    "ours": StateLabel("broken", pgettext_lazy("return", "because of us")),
}
ARRIVAL: Mapping[str, StateLabel] = {
    "bounce": StateLabel("broken", pgettext_lazy("arrival", "return")),
    "complaint": StateLabel("broken", pgettext_lazy("arrival", "complaint")),
    "autoreply": StateLabel("info", pgettext_lazy("arrival", "automatic answer")),
    "challenge": StateLabel("wait", pgettext_lazy("arrival", "asks us to prove ourselves")),
    "unsubscribe": StateLabel("wait", pgettext_lazy("arrival", "leaves")),
    "dmarc": StateLabel("plain", pgettext_lazy("arrival", "report of receivers")),
    "reply": StateLabel("info", pgettext_lazy("arrival", "human reply")),
    "other": StateLabel("plain", pgettext_lazy("arrival", "other")),
    "new": StateLabel("wait", pgettext_lazy("arrival", "not read yet")),
    "failed": StateLabel("broken", pgettext_lazy("arrival", "could not be read")),
}
# Signs of the classification (intake): the part before the colon, or the whole sign.
SIGNS: Mapping[str, str | Promise] = {
    "dsn": _("a delivery report in the standard's form (RFC 3464)"),
    "dsn:delivered": _("a delivery report that says that it arrived"),
    "prose:sender": _("a mail server wrote it"),
    "prose:subject": _("its subject says that mail came back"),
    "prose:sentence": _("a sentence says that mail came back"),
    "prose:refusal": _("it repeats a server's refusal"),
    "prose:returned": _("our message is inside"),
    "prose:forwarded": _("somebody forwarded a delivery report"),
    "prose:x-failed-recipients": _("a header names who was not reached"),
    "arf": _("a feedback report in the standard's form (RFC 5965)"),
    "provider": _("a provider's own form of complaint"),
    "notice": _("a notice of a sending service"),
    "hook": _("an event that the sending service told us"),
    "hook:by-address": _("it names none of several messages: it counts for the address alone"),
    "hook:only-one": _(
        "it names no message; only this one went to the address within seven days, so it is probably meant"
    ),
    "dmarc": _("a receiver's report on who sends in our name (RFC 9990)"),
    "unsubscribe:reply": _("the answer says only that they want to leave"),
    "unsubscribe:subject": _("the subject says that they want to leave"),
    "auto-submitted": _("a header says that a machine answered (RFC 3834)"),
    "header": _("a header of an answering machine"),
    "precedence": _("a header says that it is bulk or automatic"),
    "message-class": _("the mail program says that it is an absence note"),
    "subject": _("its subject is that of an absence note"),
    "sentence": _("its sentences are those of an absence note"),
    "challenge": _("it asks us to prove that we are no machine"),
    "machine": _("signs of a machine"),
    "person": _("no sign of a machine: a person wrote it"),
    "body": _("only the text was there"),
}


def describe_sign(sign: str) -> str:
    """Describe a sign of `Inbound.why` ("meaning:mailbox-full", "header:x-autoreply"); unknown ones unchanged."""
    name, _colon, detail = sign.partition(":")
    if name == "meaning":
        return label_meaning(detail)
    if sign in SIGNS:
        return str(SIGNS[sign])
    words = str(SIGNS.get(name, name))
    return f"{words}: {detail}" if detail else words


def describe_absence_end(facts: Mapping[str, Any]) -> str:
    """Describe the end of an absence: "until 24 December 2026", that the person has left, or ""."""
    if facts.get("left"):
        return gettext("has left")
    until = str(facts.get("until") or "")
    if not until:
        return ""
    try:
        at = datetime.fromisoformat(f"{until}T12:00:00+00:00" if len(until) == 10 else until)
    except ValueError:
        return until
    return gettext("until %(day)s") % {"day": on(at, "short")}


def describe_absence(facts: Mapping[str, Any]) -> str:
    """Describe an absence: its end, and the replacement's address."""
    return " · ".join(part for part in (describe_absence_end(facts), str(facts.get("successor") or "")) if part)
