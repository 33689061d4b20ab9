"""Define the lines of imports about persons and of exclusion lists, and the blocked domains."""

from django.db import models

from esmero.imports.models import ImportLine
from esmero.people.models.permissions import Suppression
from esmero.people.models.persons import Person


class BlockedDomain(models.Model):
    """Store a domain whose addresses an import refuses (a leading dot covers subdomains too)."""

    domain = models.CharField(max_length=255, unique=True)
    note = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.domain


class PersonLine(ImportLine):
    """Store the result of one line of a list of persons."""

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    number = models.CharField(max_length=80, blank=True, default="")
    address_verdict = models.CharField(
        max_length=8, blank=True, default="", help_text="ok, mended, none, invalid, suppressed"
    )


class ExclusionLine(ImportLine):
    """Store the result of one line of an exclusion list; the address itself is stored as a hash only."""

    suppression = models.ForeignKey(Suppression, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
