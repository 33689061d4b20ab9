"""Define saved segments, evaluated anew for every use."""

from django.db import models

from esmero.house.models import Brand, Versioned


class Segment(Versioned):
    """Store a named condition tree; people/segments/tree.py reads and writes the conditions."""

    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150, unique=True)
    conditions = models.JSONField(default=dict)
    description = models.JSONField(default=dict, blank=True, help_text="{language: text}, public")
    counted = models.BigIntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
