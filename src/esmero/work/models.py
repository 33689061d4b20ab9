"""Store work: the mixin of due rows, and long jobs with a cursor."""

from django.db import models
from django.db.models import Q


class Due(models.Model):
    """Provide the columns of a due row (mixin). `due_at` is null when nothing is to be done."""

    due_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=64, blank=True, default="")
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.TextField(blank=True, default="")

    class Meta:
        abstract = True


class JobState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Due):
    """Store one long job (import, planning, dry run). Each chunk commits its rows and the `cursor` together."""

    State = JobState

    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    cursor = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="job_due"),
            models.Index(fields=["kind", "subject_id"], name="job_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def subject(self) -> int:
        """Return the id of the row that the job works on. Raises ValueError if it has none."""
        if self.subject_id is None:
            raise ValueError(f"{self} is about no row.")
        return self.subject_id
