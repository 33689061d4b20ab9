"""What arrived: one row per raw message, committed before the sender is told that we have it."""

from django.db import models
from django.db.models import Q

from esmero.outbox.models import Message
from esmero.vault.models import Sealed
from esmero.work.models import Due


class Inbound(Due):
    class State(models.TextChoices):
        NEW = "new"
        DONE = "done"
        FAILED = "failed"  # stays visible with its bytes until a person decides

    raw = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    envelope_from = models.CharField(max_length=320, blank=True, default="")
    envelope_to = models.CharField(max_length=320, blank=True, default="")
    door = models.CharField(max_length=20, help_text="smtp, file, catcher")
    received_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.NEW)
    kind = models.CharField(max_length=12, blank=True, default="")
    why = models.JSONField(default=list, blank=True)
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="inbound_due"),
            models.Index(fields=["state", "received_at"], name="inbound_state"),
        ]
        constraints = [models.UniqueConstraint(fields=["raw", "envelope_to"], name="inbound_once")]

    def __str__(self) -> str:
        return f"{self.kind or self.state} {self.received_at:%Y-%m-%d %H:%M}"
