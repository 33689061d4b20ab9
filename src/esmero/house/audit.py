"""Write the audit log: one row per significant change, in the transaction of the change."""

from typing import Any

from django.db.models import Model

from esmero.house.models import AuditEntry, User


def note(action: str, *, by: User | str, subject: Model | None = None, facts: dict[str, Any] | None = None) -> None:
    """Write one AuditEntry.

    `action` is a stable code such as "campaign.started". `by` is a member of staff, or the name of the acting component
    ("command line", "worker"). `facts` are small JSON values. Call it inside the transaction of the change.
    """
    actor = by if isinstance(by, User) else None
    AuditEntry.objects.create(
        actor=actor,
        actor_name=str(by),
        action=action,
        subject_kind=subject._meta.model_name or "" if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        facts=facts or {},
    )
