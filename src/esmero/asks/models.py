"""Define sign-up forms and their submissions."""

from django.db import models
from django.db.models import Q

from esmero.content.models import Template
from esmero.house.models import Brand, Versioned
from esmero.outbox.models import Message
from esmero.people.models import Person, Topic


class FormState(models.TextChoices):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Form(Versioned):
    """Represent a sign-up form: the topics offered, the fields, and the wording of the consent.

    `wording_version` counts changes of `wording`; each permission given by the form stores both.
    """

    State = FormState

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=60, unique=True, help_text="The last part of its address.")
    name = models.CharField(max_length=150, help_text="For the staff.")
    title = models.JSONField(default=dict, help_text="{language: text}")
    intro = models.JSONField(default=dict, blank=True, help_text="{language: text}: what one gets, and why.")
    wording = models.JSONField(default=dict, help_text="{language: text}: what they agree to.")
    wording_version = models.PositiveIntegerField(default=1)
    topics = models.ManyToManyField(Topic, related_name="+")
    fields = models.JSONField(default=list, blank=True, help_text='[{"name": "given_name", "required": false}, …]')
    asks_frequency = models.BooleanField(default=True)
    confirmation = models.ForeignKey(Template, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    welcome = models.ForeignKey(Template, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class SubmissionState(models.TextChoices):
    PENDING = "pending"
    CONFIRMED = "confirmed"


class Submission(models.Model):
    """Store a submitted form. It has no effect until the person confirms it by mail (double opt-in)."""

    State = SubmissionState

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=320)
    language = models.CharField(max_length=2)
    values = models.JSONField(default=dict, blank=True)
    topics = models.JSONField(default=list, help_text="Ids of the topics that were chosen.")
    monthly = models.BooleanField(default=False, help_text="At most once a month.")
    wording = models.TextField()
    wording_version = models.CharField(max_length=40)
    network = models.CharField(max_length=32, blank=True, default="", help_text="Keyed hash, kept a day.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    at = models.DateTimeField()
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was decided whether the mail that asks them to confirm may go."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["form", "state", "at"], name="submission_form"),
            models.Index(fields=["at"], condition=Q(state="pending"), name="submission_pending"),
            models.Index(
                fields=["confirmed_at"], condition=Q(state="confirmed") & ~Q(address=""), name="submission_confirmed"
            ),
            models.Index(fields=["address", "at"], name="submission_address"),
            models.Index(fields=["network", "at"], condition=~Q(network=""), name="submission_network"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.state}"
