"""Define the list of the audit log."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from esmero.house.models import AuditEntry, User
from esmero.lists.columns import Column, moment_column
from esmero.lists.filters import Filter, Labelled, Rows
from esmero.lists.listing import Listing
from esmero.lists.translations import pick_translation
from esmero.work.query_plan.selective import fetch_bounded

# The kinds of subjects that are shown by their present name.
NAMED_SUBJECTS = frozenset(
    {
        "brand",
        "campaign",
        "conversation",
        "customfield",
        "form",
        "import",
        "issuer",
        "mailbox",
        "mediafile",
        "organisation",
        "person",
        "purpose",
        "relay",
        "segment",
        "staffrole",
        "team",
        "template",
        "topic",
        "user",
    }
)
_PERIODS = (
    ("1", _("the last day")),
    ("7", _("the last week")),
    ("30", _("the last 30 days")),
    ("365", _("the last year")),
)


def find_subjects(entries: Sequence[AuditEntry]) -> None:
    """Add to each entry the current name of its subject, one query for each kind; "" if it was deleted."""
    keys: dict[str, set[int]] = {}
    for entry in entries:
        # An erased person's row remains, without a name to show.
        entry.called = ""  # type: ignore[attr-defined]
        if entry.subject_kind in NAMED_SUBJECTS and entry.subject_id and entry.action != "person.erased":
            keys.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    found = {kind: apps.get_model("esmero", kind).objects.in_bulk(pks) for kind, pks in keys.items()}
    for entry in entries:
        if one := found.get(entry.subject_kind, {}).get(entry.subject_id):
            words = getattr(one, "label", None) or getattr(one, "name", None)
            entry.called = pick_translation(words) if isinstance(words, dict) else str(one)  # type: ignore[attr-defined]


def _list_actors() -> list[Labelled]:
    return [(str(pk), name) for pk, name in User.objects.order_by("name").values_list("pk", "name")]


def _by(rows: Rows, actor: str) -> Rows:
    return _narrow(rows, Q(actor=int(actor)), by="actor_id") if actor.isdecimal() else rows


def _narrow(rows: Rows, condition: Q, *, by: str) -> Rows:
    few = fetch_bounded(AuditEntry.objects.filter(condition).order_by(by).values_list("pk", flat=True))
    return rows.filter(condition) if few is None else rows.filter(pk__in=few)


def _since(rows: Rows, days: str) -> Rows:
    return rows.filter(at__gte=timezone.now() - timedelta(days=int(days)))


def list_audit_log(*, actions: Sequence[str], kinds: Mapping[str, Any]) -> Listing:
    """Return the listing of the audit log.

    `actions` are all actions that are known; `kinds` are the beginnings of their codes that can be chosen, with words.
    """

    def of_kind(rows: Rows, kind: str) -> Rows:
        wanted = [action for action in actions if action.startswith(f"{kind}.")]
        return _narrow(rows, Q(action__in=wanted), by="action")

    return Listing(
        page="audit",
        order="-at",
        personal=True,
        prepare=find_subjects,
        columns=(
            Column(key="act", title=_("What was done"), value=lambda row: row.action, head=True),
            Column(key="by", title=_("By"), value=lambda row: row.actor_name, shown=False),
            Column(key="subject", title=_("To what"), value=lambda row: row.subject_kind),
            Column(key="facts", title=_("Facts"), value=lambda row: row.facts, quiet=True),
            moment_column("at", _("When"), lambda row: row.at, form="short time", order=("at", "id")),
        ),
        filters=(
            Filter(key="by", title=_("By"), every=_("By anybody"), choices=_list_actors, apply=_by),
            Filter(
                key="kind",
                title=_("To what"),
                every=_("To anything"),
                choices=lambda: list(kinds.items()),
                apply=of_kind,
            ),
            Filter(key="days", title=_("When"), every=_("At any time"), choices=lambda: _PERIODS, apply=_since),
        ),
    )
