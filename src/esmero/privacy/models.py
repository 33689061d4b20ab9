"""What people ask about their own data: a link, another address, requests for staff; and how far each term of storage is."""

from django.db import models
from django.db.models import Q

from esmero.house.models import Brand
from esmero.people.models import Person


class DataAccess(models.Model):
    """A link to one's own data, sent to the address that is on file; good for a day (tokens, Purpose.DATA)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=2, blank=True, default="", help_text="In which they asked for it.")
    at = models.DateTimeField()
    written_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was decided whether the letter with the link may go."
    )
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "at"], name="access_person"),
            models.Index(fields=["id"], condition=Q(written_at=None), name="access_unwritten"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d}"


class AddressChange(models.Model):
    """Another address that a person wants; it counts when it is confirmed from there, and the old one is told."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    old = models.CharField(max_length=320, blank=True, default="")
    new = models.CharField(max_length=320)
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d}"


class DataRequestKind(models.TextChoices):
    ERASE = "erase"


class DataRequestState(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class DataRequest(models.Model):
    """A right that was invoked and that a person must answer: within a month (Regulation (EU) 2016/679 art. 12(3))."""

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


class Retention(models.Model):
    """How a rule of house/retention_terms.py stands: the term that the operator set, what went last, what goes next."""

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
