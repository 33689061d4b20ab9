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
        raise StaleWrite("row-changed-since", name=str(row), seen=seen, **_describe_last_change(row))
    row.refresh_from_db(fields=["row_version"])


def _describe_last_change(row: Versioned) -> dict[str, object]:
    about = AuditEntry.objects.filter(subject_kind=row._meta.model_name, subject_id=row.pk)
    last = about.order_by("-at", "-id").first()
    return {"by": last.actor_name, "at": last.at} if last else {"by": "", "at": None}
