"""Define data subject requests and the state of retention rules. Links to pages are grants (grants/models.py)."""

from datetime import date
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils import timezone

from esmero.house.models import Brand
from esmero.people.models import Person


class DataRequestKind(models.TextChoices):
    ERASE = "erase"


class DataRequestState(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class DataRequest(models.Model):
    """Represent a data subject request that staff must answer within the term of the law (`requests.find_due`)."""

    Kind = DataRequestKind

    State = DataRequestState

    kind = models.CharField(max_length=7, choices=Kind.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True, default="")
    words = models.CharField(max_length=500, blank=True, default="", help_text="Why it was declined, for the person.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], condition=Q(state="open"), name="data_request_once")
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="data_request_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"

    @property
    def due_on(self) -> date:
        """Return the last day for the answer, in the brand's time zone, whoever reads it."""
        return timezone.localdate(self.due_at, ZoneInfo(self.brand.timezone))


class Retention(models.Model):
    """Store the state of a rule of house/retention_terms.py: the operator's term, the last and the next pass."""

    code = models.CharField(max_length=40, unique=True)
    days = models.PositiveIntegerField(
        null=True, blank=True, help_text="The operator's own term; empty: the profile's."
    )
    going = models.BigIntegerField(default=0, help_text="Rows of the pass that is under way.")
    looked_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, help_text="When something went last.")
    done = models.BigIntegerField(default=0, help_text="How much went then.")
    due = models.BigIntegerField(null=True, blank=True, help_text="How much goes at the next look, as counted then.")

    def __str__(self) -> str:
        return self.code
