"""Templates with their versions and languages, and the links that stand in them."""

from django.db import models

from esmero.house.models import Brand


class Template(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="template_once")]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One state of a template in all its languages. Sealed when a dispatch uses it; from then on never changed."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    sealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="template_version_once")]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class TemplateText(models.Model):
    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=300)
    preheader = models.CharField(max_length=300, blank=True, default="")
    mjml = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="template_text_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.language}"


class Link(models.Model):
    """A registered target: a click's token names this row, so that no address of a link can be forged."""

    text = models.ForeignKey(TemplateText, on_delete=models.CASCADE, related_name="links")
    number = models.PositiveSmallIntegerField()
    url = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "number"], name="link_once")]

    def __str__(self) -> str:
        return self.url
