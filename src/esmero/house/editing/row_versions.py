"""Guard rows against stale writes: whoever changes a row says which version of it they saw.

Pages send the version in a hidden field; a program sends it as If-Match (RFC 9110, section 13.1.1).
"""

from typing import Any

from django.db.models import F

from esmero.house.models import AuditEntry, Versioned
from esmero.refusal import Refusal


class StaleWrite(Refusal):
    """Refuse a change by somebody who saw an older version of the row, and say whose change came between."""

    status = 412


def advance_version(row: Versioned, *, seen: int | None) -> None:
    """Count the row's version on if it still is `seen`; None for writers who build on no version that they saw.

    One conditional UPDATE: call it first in the transaction of the change, which holds the row from then on.

    Raises:
        StaleWrite: the row was changed since, or deleted.

    """
    rows: Any = type(row)._default_manager.filter(pk=row.pk)
    if seen is not None:
        rows = rows.filter(row_version=seen)
    if not rows.update(row_version=F("row_version") + 1):
        last = _find_last_change(row)
        raise StaleWrite(
            "row-changed-since",
            name=str(row),
            seen=seen,
            by=last.actor_name if last else "",
            at=last.at if last else None,
        )
    row.refresh_from_db(fields=["row_version"])


def _find_last_change(row: Versioned) -> AuditEntry | None:
    about = AuditEntry.objects.filter(subject_kind=row._meta.model_name, subject_id=row.pk)
    return about.order_by("-at", "-id").first()
