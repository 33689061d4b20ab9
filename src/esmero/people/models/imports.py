"""Define imports, their line results and the blocked domains."""

from django.db import models

from esmero.house.models import Brand
from esmero.people.models.permissions import Topic
from esmero.people.models.persons import Person
from esmero.vault.models import StoredFile
from esmero.work.models import Job


class BlockedDomain(models.Model):
    """Store a domain whose addresses an import refuses (a leading dot covers subdomains too)."""

    domain = models.CharField(max_length=255, unique=True)
    note = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.domain


class ImportState(models.TextChoices):
    DRAFT = "draft"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Import(models.Model):
    """Store an uploaded list: its file, its column mapping and its counts."""

    State = ImportState

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=300, blank=True, default="")
    reading = models.JSONField(default=dict, help_text="encoding, delimiter, header line, columns")
    mapping = models.JSONField(default=dict, help_text="Column to field, as confirmed.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    counts = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name


class ImportLineVerdict(models.TextChoices):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    REFUSED = "refused"


class ImportLine(models.Model):
    """Store the result of one line. `line` is the line number at which the record starts; the header is line 1."""

    Verdict = ImportLineVerdict

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    number = models.CharField(max_length=80, blank=True, default="")
    address_verdict = models.CharField(
        max_length=8, blank=True, default="", help_text="ok, mended, none, invalid, suppressed"
    )
    reason = models.CharField(max_length=60, blank=True, default="")
    cell = models.CharField(max_length=200, blank=True, default="", help_text="Column and what stood in it.")
    warnings = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="import_line_once")]
        indexes = [models.Index(fields=["of", "verdict"], name="import_line_verdict")]

    def __str__(self) -> str:
        return f"{self.line}: {self.verdict}"
