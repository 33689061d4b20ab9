"""Describe the timeline entries about messages, letters and their events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from esmero.people.models import Channel
from esmero.web.console.area import DescribeEntry, TimelineLine
from esmero.web.parts.absence_labels import describe_absence
from esmero.web.parts.labels.states import (
    EVENT,
    LETTER_RETURN,
    UNSUBSCRIBE_REASON,
    describe_machine_signs,
    label_meaning,
    label_objection,
)


def describe_message(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe a message, sent or not."""
    name, state = facts["name"], facts["state"]
    if state == "refused":
        reasons = "; ".join(label_objection(code) for code in facts["codes"])
        return TimelineLine(at=at, text=_("“%(name)s” was not sent") % {"name": name}, note=reasons)
    if facts["channel"] == Channel.POST:
        return _describe_letter(at, facts)
    texts = {
        "sent": _("“%(name)s” sent"),
        "doubt": _("“%(name)s” is in doubt: the relay may or may not have it"),
        "gave-up": _("“%(name)s” was given up after the last try"),
        "cancelled": _("“%(name)s” was cancelled before it left"),
    }
    looks = {"sent": "kept", "doubt": "broken", "gave-up": "broken"}
    text = texts.get(state, _("“%(name)s” is to be sent")) % {"name": name}
    return TimelineLine(at=at, text=text, state=looks.get(state, ""), note=facts["address"])


def _describe_letter(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
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


def describe_event(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe an event after a message was sent."""
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


TIMELINE: Mapping[str, DescribeEntry] = {"message": describe_message, "event": describe_event}
