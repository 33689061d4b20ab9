"""Define an import of a list, and the base of the tables that hold its lines."""

from typing import Any

from django.db import models

from esmero.house.models import Brand
from esmero.vault.models import StoredFile
from esmero.work.models import Job


class ImportState(models.TextChoices):
    DRAFT = "draft"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


class Import(models.Model):
    """Store an uploaded list: its file, its column mapping and its counts. `kind` is the name of an ImportKind."""

    State = ImportState

    kind = models.CharField(max_length=30)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    options = models.JSONField(default=dict, blank=True, help_text="The choices of the kind besides the columns.")
    source = models.CharField(max_length=300, blank=True, default="")
    reading = models.JSONField(default=dict, help_text="encoding, delimiter, header line, columns")
    mapping = models.JSONField(default=dict, help_text="Column to field, as confirmed.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    counts = models.JSONField(default=dict, blank=True)
    prepared = models.JSONField(default=dict, blank=True, help_text="Rows that all lines share, made before the first.")
    undo_counts = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name


class ImportLineVerdict(models.TextChoices):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    REFUSED = "refused"


class ImportLine(models.Model):
    """Store the result of one line (abstract): each kind has a table, whose foreign key names the subject of the line.

    `line` is the line number at which the record starts; the header is line 1. `undo` is "" until the import is taken
    back, then UNDONE, or the reason why the line was kept.
    """

    Verdict = ImportLineVerdict

    UNDONE = "undone"

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    reason = models.CharField(max_length=60, blank=True, default="")
    cell = models.CharField(max_length=200, blank=True, default="", help_text="Column and what stood in it.")
    warnings = models.JSONField(default=list, blank=True)
    wrote = models.JSONField(
        null=True, blank=True, help_text="Ids of rows that the line created, and values that it replaced, for the undo."
    )
    undo = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="%(class)s_once")]
        indexes = [models.Index(fields=["of", "verdict"], name="%(class)s_verdict")]

    def __str__(self) -> str:
        return f"{self.line}: {self.verdict}"

    @property
    def written(self) -> dict[str, Any]:
        """Return `wrote` of a line that changed the database."""
        assert self.wrote is not None, f"{self} wrote nothing"
        return dict(self.wrote)
