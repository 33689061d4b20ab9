"""Define topics, purposes, the permission ledger, preferences and suppressions."""

from django.db import models
from django.db.models import Q

from esmero.house.models import Brand, Versioned
from esmero.people.models.persons import Person
from esmero.vault.models import StoredFile


class Channel(models.TextChoices):
    EMAIL = "email"
    POST = "post"
    PHONE = "phone"
    PORTAL = "portal"


class Purpose(models.Model):
    """Represent the purpose of a permission. `commercial` applies the rules for advertising."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(default=dict, help_text="{language: text}")
    commercial = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Topic(Versioned):
    """Represent a subject that a brand writes about regularly and that people can choose."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=60)
    name = models.JSONField(default=dict, help_text="{language: text}")
    description = models.JSONField(default=dict, blank=True, help_text="{language: text}")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True, help_text="No longer offered; its ledger stays.")
    archive_is_public = models.BooleanField(default=False, help_text="Anybody may read its issues on the web.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "code"], name="topic_once")]

    def __str__(self) -> str:
        return self.code


class PermissionFacts(models.Model):
    """Hold the columns that PermissionEntry and Permission share."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class PermissionEntryAct(models.TextChoices):
    REQUESTED = "requested"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    EXPIRED = "expired"


class PermissionEntry(PermissionFacts):
    """Record one act in the ledger: append-only, never changed, never deleted (domain.md, Permission)."""

    Act = PermissionEntryAct

    act = models.CharField(max_length=9, choices=Act.choices)
    basis = models.CharField(max_length=30, blank=True, default="", help_text="consent, soft opt-in, contract, …")
    at = models.DateTimeField(help_text="When the person did it, as far as known.")
    wording = models.TextField(blank=True, default="")
    wording_version = models.CharField(max_length=40, blank=True, default="")
    source = models.CharField(max_length=300)
    proof = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proof_place = models.CharField(max_length=200, blank=True, default="", help_text="Line of the file, mail, form …")
    by_person = models.BooleanField(
        default=False, help_text="The person acted in front of us (page, mail), not a list."
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "brand"], name="permission_entry_person"),
            models.Index(fields=["brand", "act", "id"], name="permission_entry_act"),
            models.Index(fields=["brand", "topic", "id"], name="permission_entry_topic"),
            models.Index(fields=["brand", "basis", "id"], name="permission_entry_basis"),
            models.Index(fields=["brand", "channel", "id"], name="permission_entry_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d}"


class Permission(PermissionFacts):
    """Hold the current permission derived from the ledger, one row per person, brand, channel, purpose and topic."""

    granted_at = models.DateTimeField(null=True, blank=True)
    basis = models.CharField(max_length=30, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    objected = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=PermissionEntry.Act.choices)
    entry = models.ForeignKey(PermissionEntry, on_delete=models.PROTECT, related_name="+", help_text="The proof.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "brand", "channel", "purpose", "topic"], name="permission_topic_once"
            ),
            models.UniqueConstraint(
                fields=["person", "brand", "channel", "purpose"],
                condition=Q(topic__isnull=True),
                name="permission_once",
            ),
        ]
        indexes = [models.Index(fields=["brand", "topic", "state", "person"], name="permission_lookup")]

    def __str__(self) -> str:
        return f"{self.state} {self.person_id}"


class Preference(models.Model):
    """Store a person's preference for a topic, or for all mail of a brand if topic is null: wanted, interval, pause."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    wanted = models.BooleanField(null=True)
    minimum_gap_days = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "brand", "topic"], name="preference_topic_once"),
            models.UniqueConstraint(
                fields=["person", "brand"], condition=Q(topic__isnull=True), name="preference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.topic_id}"


class SuppressionScope(models.TextChoices):
    ALL = "all"
    COMMERCIAL = "commercial"


class Suppression(models.Model):
    """Suppress an address by keyed hash, so that it outlives the person's data (people/addresses/suppression.py)."""

    Scope = SuppressionScope

    hash = models.CharField(max_length=64)
    hash_version = models.PositiveSmallIntegerField(default=1)
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.ALL)
    reason = models.CharField(max_length=40)
    evidence = models.CharField(max_length=300, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["hash"], name="suppression_hash")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"
