"""Describe the timeline entries of dossier/timeline.py in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from esmero.dossier.timeline import TimelineEntry
from esmero.people.models import Channel
from esmero.web.parts.absence_labels import describe_absence
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.labels.audit_actions import label_action, label_actor
from esmero.web.parts.labels.field_names import label_field
from esmero.web.parts.labels.states import (
    CHANNELS,
    EVENT,
    LETTER_RETURN,
    NOTES,
    UNSUBSCRIBE_REASON,
    describe_machine_signs,
    label_basis,
    label_meaning,
    label_objection,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """Represent one displayed timeline entry: text, appearance and details below it."""

    at: datetime
    text: str
    state: str = ""
    note: str = ""
    quote: str = ""
    url: str = ""


def describe_entries(entries: Iterable[TimelineEntry]) -> list[TimelineLine]:
    """Describe timeline entries in the reader's language."""
    return [_DESCRIBERS[entry.kind](entry.at, entry.facts) for entry in entries]


def _message(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    name, state = facts["name"], facts["state"]
    if state == "refused":
        reasons = "; ".join(label_objection(code) for code in facts["codes"])
        return TimelineLine(at=at, text=_("“%(name)s” was not sent") % {"name": name}, note=reasons)
    if facts["channel"] == Channel.POST:
        return _letter(at, facts)
    texts = {
        "sent": _("“%(name)s” sent"),
        "doubt": _("“%(name)s” is in doubt: the relay may or may not have it"),
        "gave-up": _("“%(name)s” was given up after the last try"),
        "cancelled": _("“%(name)s” was cancelled before it left"),
    }
    looks = {"sent": "kept", "doubt": "broken", "gave-up": "broken"}
    text = texts.get(state, _("“%(name)s” is to be sent")) % {"name": name}
    return TimelineLine(at=at, text=text, state=looks.get(state, ""), note=facts["address"])


def _letter(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    texts = {
        "printed": _("The letter “%(name)s” is printed"),
        "sent": _("The letter “%(name)s” posted"),
        "gave-up": _("The letter “%(name)s” could not be made"),
        "cancelled": _("The letter “%(name)s” was cancelled before it was printed"),
    }
    text = texts.get(facts["state"], _("The letter “%(name)s” is to be printed")) % {"name": facts["name"]}
    look = {"sent": "kept", "gave-up": "broken"}.get(facts["state"], "")
    url = reverse("console:message", args=[facts["message"]])
    return TimelineLine(at=at, text=text, state=look, note=facts["address"].replace("\n", ", "), url=url)


def _event(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    look, text = EVENT.get(facts["event"], ("", facts["event"]))
    if facts["event"] == "clicked" and facts["machine"]:
        note = f"{facts['link']} · {describe_machine_signs(facts, machine=facts['machine'])}"
        return TimelineLine(at=at, text=_("A machine opened a link"), note=note)
    details = [str(facts[key]) for key in ("status", "diagnostic", "reply") if facts.get(key)]
    details += [label_meaning(facts["meaning"])] if facts.get("meaning") else []
    details += [str(LETTER_RETURN.get(facts["letter"], facts["letter"]))] if facts.get("letter") else []
    details += [describe_absence(facts)] if facts["event"] == "absent" else []
    details += [str(UNSUBSCRIBE_REASON[facts["reason"]])] if facts.get("reason") in UNSUBSCRIBE_REASON else []
    return TimelineLine(
        at=at, text=str(text), state="" if look == "plain" else look, note=facts["link"] or " · ".join(details)
    )


def _permission(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    texts = {
        "requested": _("Asked to confirm: %(topic)s"),
        "granted": _("Allowed: %(topic)s"),
        "withdrawn": _("Took back: %(topic)s"),
        "objected": _("Objected to: %(topic)s"),
        "expired": _("Permission ran out: %(topic)s"),
    }
    look = {"granted": "kept", "withdrawn": "broken", "objected": "broken"}.get(facts["act"], "")
    topic = f"{facts['brand']}, {said(facts['topic'])}"
    if facts["channel"] != "email":
        topic += f" ({CHANNELS[facts['channel']]})"
    place = " · ".join(part for part in (label_basis(facts["basis"]), facts["source"], facts["place"]) if part)
    return TimelineLine(
        at=at, text=texts[facts["act"]] % {"topic": topic}, state=look, quote=facts["wording"], note=place
    )


def _wrote(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    url = reverse("console:conversation", args=[facts["conversation"]])
    text = _("They wrote by mail: %(subject)s") % {"subject": facts["subject"]}
    return TimelineLine(at=at, text=text, state="info", quote=facts["text"], url=url)


def _answered(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    url = reverse("console:conversation", args=[facts["conversation"]])
    text = _("%(author)s answered: %(subject)s") % {"author": facts["author"], "subject": facts["subject"]}
    return TimelineLine(at=at, text=text, state="kept", quote=facts["text"], url=url)


def _import(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    texts = {
        "added": pgettext("import line", "Came with the list %(file)s, line %(line)s"),
        "changed": pgettext("import line", "Changed by the list %(file)s, line %(line)s"),
        "merged": pgettext("import line", "Stood again in the list %(file)s, line %(line)s"),
    }
    url = reverse("console:import", args=[facts["import"]])
    return TimelineLine(at=at, text=texts[facts["verdict"]] % {"file": facts["file"], "line": facts["line"]}, url=url)


def _note(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    kind = str(NOTES.get(facts["kind"], facts["kind"]))
    return TimelineLine(
        at=at, text=_("%(kind)s, written down by %(by)s") % {"kind": kind, "by": facts["by"]}, quote=facts["text"]
    )


def _change(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    fields = ", ".join(label_field("person", name) for name in facts.get("fields", ()))
    told = {"by": label_actor(facts["by"]), "what": label_action(facts["action"]), "fields": fields}
    return TimelineLine(at=at, text=(_("%(by)s %(what)s: %(fields)s") if fields else _("%(by)s %(what)s")) % told)


_DESCRIBERS: Mapping[str, Callable[[datetime, Mapping[str, Any]], TimelineLine]] = {
    "message": _message,
    "event": _event,
    "permission": _permission,
    "wrote": _wrote,
    "answered": _answered,
    "import": _import,
    "note": _note,
    "change": _change,
}
