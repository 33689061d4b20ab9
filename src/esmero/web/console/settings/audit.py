"""List the audit log: every significant change, its author, time and subject."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.house.models import AuditEntry, User
from esmero.web.console.access import requires
from esmero.web.console.list_pages import answer_list
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.components.tables import Choice, Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.audit_actions import ACTS, FACTS, SUBJECTS, label_action, label_actor, label_fact_value
from esmero.web.parts.labels.field_names import label_field
from esmero.web.parts.row_ids import read_row_id
from esmero.work.query_plan.selective import fetch_bounded

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

_PERIODS = (
    ("1", gettext_lazy("the last day")),
    ("7", gettext_lazy("the last week")),
    ("30", gettext_lazy("the last 30 days")),
    ("365", gettext_lazy("the last year")),
)


def _act(entry: AuditEntry) -> SafeString:
    return format_html('<span class="soft">{}</span> {}', label_actor(entry.actor_name), label_action(entry.action))


def _find_subjects(entries: Sequence[AuditEntry]) -> None:
    """Add to each entry the current name of its subject, one query for each kind; "" if it was deleted."""
    keys: dict[str, set[int]] = {}
    for entry in entries:
        # An erased person's row remains, without a name to show.
        entry.called = ""  # type: ignore[attr-defined]
        if entry.subject_kind in _PAGES and entry.subject_id and entry.action != "person.erased":
            keys.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    found = {kind: apps.get_model("esmero", kind).objects.in_bulk(pks) for kind, pks in keys.items()}
    for entry in entries:
        if one := found.get(entry.subject_kind, {}).get(entry.subject_id):
            words = getattr(one, "label", None) or getattr(one, "name", None)
            entry.called = said(words) if isinstance(words, dict) else str(one)  # type: ignore[attr-defined]


def _subject(entry: Any) -> str | SafeString:
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


def _actors() -> list[Choice]:
    return [(str(pk), name) for pk, name in User.objects.order_by("name").values_list("pk", "name")]


def _kinds() -> list[Choice]:
    kinds = dict.fromkeys(action.partition(".")[0] for action in ACTS)
    named = {"staff": "user", "absence": "user", "role": "staffrole", "people": "person", "field": "customfield"}
    labels = {kind: SUBJECTS.get(named.get(kind, kind)) for kind in kinds}
    return [(kind, words) for kind, words in labels.items() if words is not None and kind != "people"]


def _of_kind(rows: Rows, kind: str) -> Rows:
    return _narrow(rows, Q(action__in=[action for action in ACTS if action.startswith(f"{kind}.")]), by="action")


def _by(rows: Rows, actor: str) -> Rows:
    return _narrow(rows, Q(actor=read_row_id(actor)), by="actor_id") if actor.isdecimal() else rows


def _narrow(rows: Rows, condition: Q, *, by: str) -> Rows:
    few = fetch_bounded(AuditEntry.objects.filter(condition).order_by(by).values_list("pk", flat=True))
    return rows.filter(condition) if few is None else rows.filter(pk__in=few)


def _since(rows: Rows, days: str) -> Rows:
    return rows.filter(at__gte=timezone.now() - timedelta(days=int(days)))


AUDIT = Listing(
    page="audit",
    order="-at",
    personal=True,
    prepare=_find_subjects,
    columns=(
        TableColumn(
            key="act",
            title=gettext_lazy("What was done"),
            cell=_act,
            plain=lambda one: label_action(one.action),
            head=True,
        ),
        TableColumn(key="by", title=gettext_lazy("By"), cell=lambda one: label_actor(one.actor_name), shown=False),
        TableColumn(key="subject", title=gettext_lazy("To what"), cell=_subject),
        TableColumn(key="facts", title=gettext_lazy("Facts"), cell=describe_facts, quiet=True),
        TableColumn(
            key="at",
            title=gettext_lazy("When"),
            cell=lambda one: format_time(one.at, "short time"),
            plain=lambda one: one.at.isoformat(),
            order=("at", "id"),
            quiet=True,
        ),
    ),
    filters=(
        Filter(key="by", title=gettext_lazy("By"), every=gettext_lazy("By anybody"), choices=_actors, apply=_by),
        Filter(
            key="kind", title=gettext_lazy("To what"), every=gettext_lazy("To anything"), choices=_kinds, apply=_of_kind
        ),
        Filter(
            key="days",
            title=gettext_lazy("When"),
            every=gettext_lazy("At any time"),
            choices=lambda: _PERIODS,
            apply=_since,
        ),
    ),
)


@requires("house.settings")
def audit(request: HttpRequest) -> HttpResponseBase:
    """List the entries, the latest first."""
    return answer_list(
        request,
        "console/settings/list.html",
        listing=AUDIT,
        rows=AuditEntry.objects.all(),
        subject="audit",
        up=_("Settings"),
        up_url=reverse("console:settings"),
        title=_("Audit log"),
        lead=_(
            "Every change of consequence: who made it, when, and to what. Rows are written with the change and"
            " never altered."
        ),
        empty_title=_("Nothing was done yet"),
        empty_text=_("Changes of settings, campaigns, people and the team stand here."),
    )
