"""Store the ledger of outbound mail: dispatches, messages, their events, and the relays that they are sent by."""

from typing import Any

from django.db import models
from django.db.models import Q

from esmero.content.models import Link, TemplateVersion
from esmero.house.models import Brand
from esmero.outbox.bounce_meaning import BounceMeaning
from esmero.people.models import Channel, Person, Purpose, Topic
from esmero.vault.models import StoredFile
from esmero.work.models import Due


class RelayKind(models.TextChoices):
    SMTP = "smtp"
    CAPTURE = "capture"


class RelaySecurity(models.TextChoices):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Relay(models.Model):
    """Store an SMTP relay, or the capture transport of demo and tests, with the result of its last check."""

    Kind = RelayKind

    Security = RelaySecurity

    name = models.SlugField(max_length=60, unique=True)
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.SMTP)
    host = models.CharField(max_length=253, blank=True, default="")
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=8, choices=Security.choices, default=Security.STARTTLS)
    username = models.CharField(max_length=200, blank=True, default="")
    password = models.CharField(
        max_length=500, blank=True, default="", help_text="Signed and encrypted, see outbox/relays.py."
    )
    ca_file = models.CharField(max_length=500, blank=True, default="")
    connections = models.PositiveSmallIntegerField(default=8)
    per_second = models.PositiveIntegerField(null=True, blank=True, help_text="At most so many messages a second.")
    trouble = models.CharField(max_length=500, blank=True, default="", help_text="Why it could not be reached last.")
    trouble_at = models.DateTimeField(null=True, blank=True)
    check_result = models.JSONField(default=dict, blank=True, help_text="What the last check of the way out found.")
    checked_at = models.DateTimeField(null=True, blank=True)
    relay_signs = models.BooleanField(default=False, help_text="The relay adds the DKIM signature.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class RelayRate(models.Model):
    """Store the token bucket of a relay with a rate limit, for all processes (outbox/rate_limits.py)."""

    relay = models.OneToOneField(Relay, primary_key=True, on_delete=models.CASCADE, related_name="+")
    full_at = models.DateTimeField(help_text="When all tokens are there again, if nobody leases any.")

    def __str__(self) -> str:
        return f"{self.relay_id} {self.full_at:%H:%M:%S}"


class MessageClass(models.TextChoices):
    SERVICE = "service"
    RELATIONAL = "relational"
    COMMERCIAL = "commercial"
    AUTO_REPLY = "auto-reply"
    INTERNAL = "internal"


class DispatchState(models.TextChoices):
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Dispatch(models.Model):
    """Store the reason for messages: a campaign, or all single messages of a kind. Its facts do not change.

    A *standing* dispatch is shared by all single messages with the same facts (outbox/posting/dispatches.py). It is
    closed when it was not used for a day, and opened again by the next message.
    """

    State = DispatchState

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    message_class = models.CharField(max_length=10, choices=MessageClass.choices)
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    purpose = models.ForeignKey(Purpose, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(TemplateVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    relay = models.ForeignKey(Relay, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.JSONField(default=dict, help_text="{language: text}: why this is good for the reader.")
    promotion_topic = models.ForeignKey(
        Topic,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose permission the promotion slot needs.",
    )
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    standing_key = models.CharField(
        max_length=64, unique=True, null=True, blank=True, help_text="SHA-256 of the facts of a standing dispatch."
    )
    used_at = models.DateTimeField(
        null=True, blank=True, help_text="When a message was last posted on a standing dispatch, within an hour."
    )

    def __str__(self) -> str:
        return f"{self.message_class} {self.pk}"

    def includes_promotion(self, *, content: dict[str, Any] | None, promotion: str) -> bool:
        """Return whether a message of these columns contains the promotion of its template.

        Without a topic of its own for the promotion, only advertising does.
        """
        wanted = bool((content or {}).get("promotion", True))
        if self.message_class == MessageClass.INTERNAL:
            return wanted
        is_judged = self.promotion_topic_id is not None or self.message_class == MessageClass.COMMERCIAL
        return wanted and is_judged and not promotion


class MessageState(models.TextChoices):
    PLANNED = "planned"  # in the ledger, not yet sent
    HELD = "held"  # until a person approves it
    REFUSED = "refused"  # by the gate
    WAITING = "waiting"  # until due_at: postponed by the gate, or until the next try
    CLAIMED = "claimed"  # by a worker, under a lease
    WIRE = "wire"  # handed to the transport; no outcome yet
    ORPHANED = "orphaned"  # on the wire when the lease of its worker ended; settled from the journal
    PRINTED = "printed"  # a letter in a print batch that is not posted yet
    SENT = "sent"  # accepted by the relay; a letter: posted
    DOUBT = "doubt"  # the relay may or may not have accepted it; a person decides
    GAVE_UP = "gave-up"  # refused permanently, the last try failed, or it could not be rendered
    CANCELLED = "cancelled"  # before it was sent


class MessageWorst(models.IntegerChoices):
    # Worse outcomes have higher values, so that an UPDATE can keep the greater. Labels as in the migrations.
    NOTHING = 0
    ABSENT = 1
    SOFT_BOUNCE = 2, "Returned For Now"
    OUR_FAULT = 3
    HARD_BOUNCE = 4, "Returned For Good"
    COMPLAINED = 5


class PrintBatchState(models.TextChoices):
    MAKING = "making"  # its job claims and prints
    PRINTED = "printed"  # its files wait to be printed and posted
    POSTED = "posted"
    DISCARDED = "discarded"  # not posted; its letters are planned again
    EMPTY = "empty"  # no letter could leave


class PrintBatch(models.Model):
    """Store letters that are printed together: one PDF and one CSV (mailroom/sending/print_batches.py)."""

    State = PrintBatchState

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.MAKING)
    both_sides = models.BooleanField(default=False, help_text="Each letter begins on the front of a sheet.")
    made_at = models.DateTimeField(help_text="When somebody asked for it.")
    made_by = models.CharField(max_length=200)
    printed_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.CharField(max_length=200, blank=True, default="")
    letters = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    pdf = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    csv = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand"], condition=Q(state="making"), name="print_batch_making_once")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Message(Due):
    """Store one message for one person and occasion. Its states are drawn in docs/decisions/0002-ledger.md."""

    State = MessageState

    Worst = MessageWorst

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(
        max_length=40, blank=True, default="", help_text="Name of the MessageKind of a single message."
    )
    occasion = models.CharField(
        max_length=120, blank=True, default="", help_text="Idempotency key of a single message within its kind."
    )
    ground = models.CharField(
        max_length=120, blank=True, default="", help_text="Why an address without a person may be written to."
    )
    copy_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="The message that this one brings to a reader in Cc.",
    )
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    address = models.CharField(
        max_length=640, blank=True, default="", help_text="E-mail address; of a letter, the lines on its envelope."
    )
    receiver = models.CharField(max_length=255, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    lane = models.PositiveSmallIntegerField(default=2, help_text="0 service and internal, 1 relational, 2 bulk.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    verdict = models.CharField(
        max_length=120, blank=True, default="", help_text="Codes of the objections; empty is go."
    )
    objections = models.JSONField(null=True, blank=True, help_text="The facts behind them.")
    promotion = models.CharField(
        max_length=120, blank=True, default="", help_text="Codes of the objections that cost the promotion slot."
    )
    judged_at = models.DateTimeField(null=True, blank=True)
    opaque = models.CharField(max_length=40, unique=True, help_text="Local part of the Message-ID.")
    posted_at = models.DateTimeField(null=True, blank=True, help_text="When a single message was posted.")
    sent_at = models.DateTimeField(null=True, blank=True)
    worst = models.PositiveSmallIntegerField(choices=Worst.choices, default=Worst.NOTHING)
    content = models.JSONField(
        null=True, blank=True, help_text="Values of the template, or written text, of a single message."
    )
    content_until = models.DateTimeField(
        null=True, blank=True, help_text="When the content is blanked, because it holds a secret with a term."
    )
    filled = models.JSONField(
        null=True, blank=True, help_text="Values of the template's fields in the message that was sent."
    )

    print_batch = models.ForeignKey(PrintBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "person", "occasion"], condition=Q(person__isnull=False), name="message_once"
            ),
            models.UniqueConstraint(fields=["kind", "occasion"], condition=~Q(kind=""), name="message_once_by_key"),
        ]
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"], condition=Q(state__in=["planned", "waiting"]), name="message_due"
            ),
            models.Index(
                fields=["claimed_by", "state"],
                condition=Q(state__in=["claimed", "wire", "orphaned"]),
                name="message_busy",
            ),
            models.Index(fields=["dispatch", "state"], name="message_dispatch_state"),
            models.Index(
                fields=["content_until"], condition=Q(content_until__isnull=False), name="message_content_until"
            ),
            models.Index(fields=["person", "sent_at"], name="message_person_sent"),
            models.Index(fields=["sent_at", "dispatch"], condition=Q(sent_at__isnull=False), name="message_sent"),
            models.Index(fields=["address"], opclasses=["varchar_pattern_ops"], name="message_address_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.state}"


class MessageAttachment(models.Model):
    """Attach a StoredFile to a Message. The file is read when the message is rendered."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255, help_text="File name that the reader sees.")
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


# The partial indexes exclude OTHER_KINDS instead of naming RETURN_KINDS: without statistics, SQLite takes "kind IN …"
# for selective and prefers an index on the kind.
RETURN_KINDS = ("returned-for-good", "refused", "returned-for-now", "our-fault")
OTHER_KINDS = ("deferred", "absent", "clicked", "complained", "unsubscribed", "replied", "retried", "resolved")


class MessageEventKind(models.TextChoices):
    DEFERRED = "deferred"  # a 4xx reply of the relay; it is tried again later
    REFUSED = "refused"  # a 5xx reply of the relay
    HARD_BOUNCE = "returned-for-good", "Returned For Good"  # a bounce: the address is permanently unreachable
    SOFT_BOUNCE = "returned-for-now", "Returned For Now"  # a bounce: temporary (full mailbox, host down); tried again
    OUR_FAULT = "our-fault"  # a bounce: policy, reputation, authentication; does not count against the address
    ABSENT = "absent"  # an automatic reply of a person who is away
    CLICKED = "clicked"  # a link was opened by a person, or by a machine (then `machine` is set)
    COMPLAINED = "complained"  # reported as unwanted; counts as an objection
    UNSUBSCRIBED = "unsubscribed"  # by the link, by one click, or by mail
    REPLIED = "replied"  # a person answered
    RETRIED = "retried"  # queued again by a person
    RESOLVED = "resolved"  # a person decided a message in doubt


class MessageEvent(models.Model):
    """Store an event of a message after it was planned. The comments of MessageEventKind define the kinds."""

    Kind = MessageEventKind

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    link = models.ForeignKey(Link, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    machine = models.CharField(max_length=30, blank=True, default="", help_text="The sign that a machine clicked.")
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["message", "at"], name="event_message"),
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["kind", "at"], name="event_kind_at"),
            models.Index(fields=["at", "id"], condition=~Q(kind__in=OTHER_KINDS), name="event_return"),
            models.Index(BounceMeaning("facts"), "at", "id", condition=~Q(kind__in=OTHER_KINDS), name="event_meaning"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Captured(models.Model):
    """Store a message of the capture transport, compressed with zlib, to be shown by the catcher."""

    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    return_path = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320, db_index=True)
    subject = models.CharField(max_length=300, blank=True, default="")
    body = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"
