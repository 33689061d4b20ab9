"""Define stored files; their bytes are on disk under their SHA-256 (see vault/files.py)."""

from django.db import models


class StoredFile(models.Model):
    """Represent one stored file. Rows may share the same bytes, which stay as long as one row needs them."""

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=127, default="application/octet-stream")
    name = models.CharField(max_length=255, blank=True, default="")
    kind = models.CharField(max_length=40)
    keep_until = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="When the bytes went because their term was over; the hash says what it was."
    )
    sealed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name or self.sha256[:12]
