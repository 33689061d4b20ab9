"""Reading the audit log of one thing."""

from collections.abc import Sequence

from django.db.models import Model

from esmero.house.models import AuditEntry


def list_audit(subject: Model, *, limit: int = 100) -> Sequence[AuditEntry]:
    """Return what was done to one thing, the latest first."""
    rows = AuditEntry.objects.filter(subject_kind=subject._meta.model_name, subject_id=subject.pk)
    return list(rows.order_by("-at", "-id")[:limit])
