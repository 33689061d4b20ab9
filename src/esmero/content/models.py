"""Define templates with versions and languages, their links, external checks and media files."""

from django.db import models

from esmero.house.models import Brand, Versioned
from esmero.vault.models import StoredFile


class TemplateKind(models.TextChoices):
    MJML = "mjml"
    LETTER = "letter"


class Template(Versioned):
    """Represent a reusable message. Kind *letter* is rich text, from which its MJML is generated."""

    Kind = TemplateKind

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.MJML)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="template_once")]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """Represent one state of a template in all its languages. Sealed when a dispatch uses it, then immutable."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(
        max_length=200, blank=True, default="", help_text="What was changed, in the author's words."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="template_version_once")]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class TemplateText(models.Model):
    """Hold the text of a version in one language."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=300)
    preheader = models.CharField(max_length=300, blank=True, default="")
    mjml = models.TextField()
    letter = models.TextField(blank=True, default="", help_text="The rich text of a letter, sanitised HTML.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="template_text_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.language}"


class Link(models.Model):
    """Register a link target: the token of a click refers to this row, so that no redirect can be forged."""

    text = models.ForeignKey(TemplateText, on_delete=models.CASCADE, related_name="links")
    number = models.PositiveSmallIntegerField()
    url = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "number"], name="link_once")]

    def __str__(self) -> str:
        return self.url


class ExternalCheckKind(models.TextChoices):
    LINK = "link"
    SPAM = "spam"


class ExternalCheck(models.Model):
    """Cache the result of an external check, so that no page waits for it: whether a link responds, or a spam score.

    `key` is the SHA-256 of the checked value, so that a changed link or text is checked anew; `facts` are those of the
    outcome. Results are valid for an hour (mailroom/checking/link_check.py).
    """

    Kind = ExternalCheckKind

    kind = models.CharField(max_length=4, choices=Kind.choices)
    key = models.CharField(max_length=64)
    url = models.TextField(blank=True, default="")
    outcome = models.CharField(max_length=12, blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(db_index=True)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="trial_once")]

    def __str__(self) -> str:
        return f"{self.url or self.kind}: {self.outcome}"


class MediaFile(models.Model):
    """Represent a picture of the brand's library. Its bytes are a StoredFile, public under a URL made from its hash."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    sealed = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=150)
    alt = models.JSONField(default=dict, blank=True, help_text="{language: text} for those who do not see it.")
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(help_text="Octets.")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "sha256"], name="media_once")]

    def __str__(self) -> str:
        return self.name
