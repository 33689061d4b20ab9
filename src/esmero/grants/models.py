"""Define grants: who may open a signed page, for which purpose and until when."""

import secrets

from django.db import models
from django.db.models import Q

from esmero.house.models import Brand
from esmero.people.models import Person


def draw_nonce() -> int:
    """Return a random number of 40 bits, as many as a token has room for."""
    return secrets.randbits(40)


class Grant(models.Model):
    """Represent a link to a signed page, for a purpose of grants/purposes.py.

    No secret is stored: the token is derived from id, nonce, day and purpose with a key of the installation
    (rendering/tokens.py). After a restore ids are given anew; the nonce keeps a link of before from opening the row
    that has its id now. `subject_kind` and `subject_id` name the row that the act is about; a grant without a subject
    answers somebody who is not known here, and opens nothing.
    """

    purpose = models.CharField(max_length=20)
    nonce = models.BigIntegerField(default=draw_nonce, editable=False)
    subject_kind = models.CharField(max_length=40, blank=True, default="")
    subject_id = models.BigIntegerField(null=True, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=2, blank=True, default="", help_text="In which it was asked for.")
    facts = models.JSONField(default=dict, blank=True, help_text="Such as {'email': …}, by purpose.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was decided whether the mail with the link may go."
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0, help_text="Finished acts.")
    used_at = models.DateTimeField(null=True, blank=True, help_text="When the last act was finished.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(uses=0, used_at=None) | Q(uses__gt=0, used_at__isnull=False), name="grant_uses"
            )
        ]
        indexes = [
            models.Index(fields=["person", "purpose", "made_at"], name="grant_person"),
            models.Index(fields=["subject_kind", "subject_id", "purpose", "made_at"], name="grant_subject"),
            models.Index(fields=["expires_at"], name="grant_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
