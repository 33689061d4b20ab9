"""Define the table of searchable texts: one row for each subject, whatever package it belongs to."""

from django.db import models

from esmero.house.models import Brand
from esmero.search.row_key import RowKey
from esmero.search.trigram_index import TrigramIndex, TrigramVector

KEY_BITS = 48  # of the row's id hold the id of the subject


class SubjectKind(models.IntegerChoices):
    """List the kinds of subjects. The numbers are part of stored ids and never change."""

    PERSON = 1

    def key_of(self, subject_id: int) -> int:
        """Return the id of the SearchText of a subject."""
        return int(self.value << KEY_BITS) + subject_id

    @property
    def first_key(self) -> int:
        """Return the lowest id of this kind, which is also what its subjects' ids are added to."""
        return self.key_of(0)

    @property
    def last_key(self) -> int:
        """Return the highest id of this kind."""
        return self.key_of((1 << KEY_BITS) - 1)


class SearchText(models.Model):
    """Store the folded text of one subject. Written by search/indexing.py only.

    The id is made of kind and subject, so that one lookup by id finds the text, and a kind is one range of ids.
    """

    Kind = SubjectKind

    id = RowKey(primary_key=True, help_text="The kind in the upper 16 bits, then the subject's id.")
    brand = models.ForeignKey(
        Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="Whose subject it is; null: of the whole house.",
    )  # fmt: skip
    rank = models.PositiveSmallIntegerField(default=0, help_text="Lower ones are shown first.")
    title = models.CharField(max_length=300, blank=True, default="", help_text="As shown in results.")
    folded = models.TextField(help_text="Words without accents and case, a blank before each.")
    trigrams = TrigramVector(null=True, editable=False)

    class Meta:
        indexes = [TrigramIndex(fields=["folded"], name="search_trigrams")]

    def __str__(self) -> str:
        return self.title

    @property
    def subject_id(self) -> int:
        """Return the id of the subject."""
        return int(self.pk & ((1 << KEY_BITS) - 1))
