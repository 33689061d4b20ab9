"""Describe the timeline entries about permissions, imports, notes and changes of a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from esmero.web.console.area import DescribeEntry, TimelineLine
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.labels.audit_actions import label_action, label_actor
from esmero.web.parts.labels.field_names import label_field
from esmero.web.parts.labels.states import CHANNELS, NOTES, label_basis


def describe_permission(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe a permission that was asked for, given or taken back."""
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


def describe_import(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe the line of an imported list."""
    texts = {
        "added": pgettext("import line", "Came with the list %(file)s, line %(line)s"),
        "changed": pgettext("import line", "Changed by the list %(file)s, line %(line)s"),
        "merged": pgettext("import line", "Stood again in the list %(file)s, line %(line)s"),
    }
    url = reverse("console:import", args=[facts["import"]])
    return TimelineLine(at=at, text=texts[facts["verdict"]] % {"file": facts["file"], "line": facts["line"]}, url=url)


def describe_note(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe a note of staff."""
    kind = str(NOTES.get(facts["kind"], facts["kind"]))
    return TimelineLine(
        at=at, text=_("%(kind)s, written down by %(by)s") % {"kind": kind, "by": facts["by"]}, quote=facts["text"]
    )


def describe_change(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe a change from the audit log."""
    fields = ", ".join(label_field("person", name) for name in facts.get("fields", ()))
    told = {"by": label_actor(facts["by"]), "what": label_action(facts["action"]), "fields": fields}
    return TimelineLine(at=at, text=(_("%(by)s %(what)s: %(fields)s") if fields else _("%(by)s %(what)s")) % told)


TIMELINE: Mapping[str, DescribeEntry] = {
    "permission": describe_permission,
    "import": describe_import,
    "note": describe_note,
    "change": describe_change,
}
