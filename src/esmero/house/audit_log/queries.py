"""Query the audit log of one object."""

from collections.abc import Sequence

from django.db.models import Model

from esmero.house.models import AuditEntry


def list_audit(subject: Model, *, limit: int = 100) -> Sequence[AuditEntry]:
    """Return the audit entries about an object, latest first."""
    rows = AuditEntry.objects.filter(subject_kind=subject._meta.model_name, subject_id=subject.pk)
    return list(rows.order_by("-at", "-id")[:limit])
