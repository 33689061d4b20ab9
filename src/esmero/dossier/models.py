"""Store daily aggregates of messages and persons, so that no report counts millions of rows."""

from django.db import models

from esmero.house.models import Brand


class DailyAggregate(models.Model):
    """Count events of a kind for a brand on one day (UTC), split by `key`: a receiver, a meaning, a topic, or ""."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120, blank=True, default="")
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "kind", "day", "key"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.key}: {self.number}"

    @classmethod
    def of_every_brand(cls) -> models.QuerySet["DailyAggregate"]:
        """Return the rows of all brands, each brand listed, so that the index that begins with the brand is used."""
        return cls.objects.filter(brand__in=list(Brand.objects.values_list("pk", flat=True)))


class SegmentEstimate(models.Model):
    """Cache the number of persons for some conditions: `digest` identifies conditions and day; null until counted."""

    digest = models.CharField(max_length=24, unique=True)
    number = models.BigIntegerField(null=True, blank=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.digest}: {self.number}"
