"""List the audit log: every significant change, its author, time and subject."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.house.audit_log.listing import list_audit_log
from esmero.house.models import AuditEntry
from esmero.lists.columns import Words
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.labels.audit_actions import ACTS, FACTS, SUBJECTS, label_action, label_actor, label_fact_value
from esmero.web.parts.labels.field_names import label_field

# The page of each kind of subject; others are named without a link.
_PAGES: Mapping[str, str] = {
    "brand": "brand-edit",
    "campaign": "campaign",
    "conversation": "conversation",
    "form": "form",
    "issuer": "issuer",
    "organisation": "organisation",
    "import": "import",
    "mailbox": "mailbox",
    "mediafile": "picture",
    "customfield": "field",
    "person": "person",
    "purpose": "purpose",
    "relay": "relay",
    "staffrole": "role",
    "segment": "segment",
    "team": "staff-team",
    "template": "template",
    "topic": "topic",
    "user": "member",
}


def _draw_act(entry: AuditEntry) -> SafeString:
    return format_html('<span class="soft">{}</span> {}', label_actor(entry.actor_name), label_action(entry.action))


def _draw_subject(entry: Any) -> str | SafeString:
    """Show the subject by name with a link to its page, or, once deleted, by its id alone."""
    if not entry.subject_kind:
        return ""
    kind = SUBJECTS.get(entry.subject_kind, entry.subject_kind)
    if not entry.called or (entry.subject_kind == "person" and entry.action == "person.erased"):
        return f"{kind} {entry.subject_id}"
    name = _("%(kind)s “%(name)s”") % {"kind": kind, "name": entry.called}
    return format_html(
        '<a class="wrap" href="{}">{}</a>',
        reverse(f"console:{_PAGES[entry.subject_kind]}", args=[entry.subject_id]),
        name,
    )


def describe_facts(entry: AuditEntry) -> str:
    """Describe an entry's facts; values for programs only (hashes, versions) are left out."""
    return "; ".join(
        _("%(name)s: %(value)s") % {"name": FACTS[key], "value": _say(value, key, entry.subject_kind)}
        for key, value in entry.facts.items()
        if key in FACTS
    )


def _say(value: Any, key: str, kind: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name} {_say(one, key, kind)}" for name, one in value.items())[:200]
    if isinstance(value, list):
        return ", ".join(_say(one, key, kind) for one in value)[:200]
    if isinstance(value, int):
        return str(value) if key == "number" else format_number(value)
    return (label_field(kind, value) if key == "fields" else label_fact_value(key, str(value)))[:200]


def _list_kinds() -> dict[str, Words]:
    """Return the kinds of subjects that can be chosen, by the beginning of their actions."""
    kinds = dict.fromkeys(action.partition(".")[0] for action in ACTS)
    named = {"staff": "user", "absence": "user", "role": "staffrole", "people": "person", "field": "customfield"}
    labels = {kind: SUBJECTS.get(named.get(kind, kind)) for kind in kinds}
    return {kind: words for kind, words in labels.items() if words is not None and kind != "people"}


audit = list_view(
    ListView(
        listing=list_audit_log(actions=list(ACTS), kinds=_list_kinds()),
        rows=lambda _request: AuditEntry.objects.all(),
        subject="audit",
        right="house.settings",
        up=("settings", gettext_lazy("Settings")),
        title=gettext_lazy("Audit log"),
        lead=gettext_lazy(
            "Every change of consequence: who made it, when, and to what. Rows are written with the change and"
            " never altered."
        ),
        drawn={
            "act": _draw_act,
            "by": lambda entry: label_actor(entry.actor_name),
            "subject": _draw_subject,
            "facts": describe_facts,
        },
        empty=(
            gettext_lazy("Nothing was done yet"),
            gettext_lazy("Changes of settings, campaigns, people and the team stand here."),
        ),
    )
)
