"""Query long jobs."""

from collections.abc import Sequence

from django.db.models import Count

from esmero.work.models import Job


def list_jobs(*, state: str = "", before: int | None = None, limit: int) -> Sequence[Job]:
    """Return at most `limit` jobs, the newest first."""
    rows = Job.objects.all()
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:limit])


def count_jobs() -> dict[str, int]:
    """Return the number of jobs by state."""
    return dict(Job.objects.values_list("state").annotate(number=Count("id")).order_by())
