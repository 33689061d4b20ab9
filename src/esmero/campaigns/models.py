"""Define campaigns and their audience."""

from django.db import models

from esmero.content.models import TemplateVersion
from esmero.house.models import Brand
from esmero.outbox.models import Dispatch
from esmero.people.models import Person, Segment, Topic
from esmero.work.models import Job

# Keys of `counts` that are not codes of reasons.
COUNTS_WITHOUT_REASON = frozenset({"audience", "go", "wait", "waits", "promotion"})


class CampaignState(models.TextChoices):
    DRAFT = "draft"
    CHECKING = "checking"
    CHECKED = "checked"
    PLANNING = "planning"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Campaign(models.Model):
    """Represent a message to a segment: its content, audience, reason for the reader, and state."""

    State = CampaignState

    name = models.CharField(max_length=150)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(TemplateVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.JSONField(default=dict, help_text="{language: text}: why this is good for the reader.")
    promotion_topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    goal = models.JSONField(default=dict, blank=True, help_text='{"link": address} or {"reply": true}: what it is for.')
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    dispatch = models.OneToOneField(Dispatch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict, blank=True, help_text="The dry run: reason code to people, and 'go'.")
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class AudienceMember(models.Model):
    """Store the dry-run result for one person as codes. Starting the campaign freezes exactly these rows."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="audience")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=7, help_text="go, wait or refuse")
    first = models.CharField(max_length=8, blank=True, default="", help_text="Code of the first objection.")
    codes = models.CharField(max_length=120, blank=True, default="")
    facts = models.JSONField(null=True, blank=True, help_text="The facts behind the objections.")
    promotion = models.CharField(
        max_length=120, blank=True, default="", help_text="Codes of the objections that cost the promotion slot."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="audience_once")]
        indexes = [  # the campaign is second: else SQLite uses one of them for unfiltered pages, and sorts
            models.Index(fields=["first", "campaign", "person"], name="audience_first"),
            models.Index(fields=["outcome", "campaign", "person"], name="audience_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.outcome}"
