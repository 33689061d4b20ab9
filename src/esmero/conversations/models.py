"""Define conversations with persons and their entries."""

from django.db import models
from django.db.models import Q

from esmero.house.models import Brand
from esmero.outbox.models import Message
from esmero.people.models import Person
from esmero.vault.models import StoredFile


class ConversationState(models.TextChoices):
    WAITING_FOR_US = "waiting"
    WAITING_FOR_THEM = "theirs"
    CLOSED = "closed"


class Conversation(models.Model):
    """Represent a thread between a brand and an address."""

    State = ConversationState

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    address = models.CharField(max_length=320)
    subject = models.CharField(max_length=300, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING_FOR_US)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["last_at"], condition=~Q(address=""), name="conversation_named"),
            models.Index(fields=["brand", "state", "last_at", "id"], name="conversation_state"),
        ]

    def __str__(self) -> str:
        return self.subject or self.address


class EntryDirection(models.TextChoices):
    IN = "in"
    OUT = "out"


class Entry(models.Model):
    """Represent one mail of a conversation. `text` is the new part; `full_text` includes the quotation."""

    Direction = EntryDirection

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="entries")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    at = models.DateTimeField()
    author = models.CharField(max_length=320)
    subject = models.CharField(max_length=300, blank=True, default="")
    text = models.TextField()
    full_text = models.TextField(blank=True, default="")
    message_id = models.CharField(max_length=255, blank=True, default="", db_index=True)
    answers = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    raw = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    forwarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.author} {self.at:%Y-%m-%d %H:%M}"
