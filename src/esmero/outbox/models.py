"""The ledger of what leaves: why (Dispatch), to whom (Message), what became of it (MessageEvent), and by which relay."""

from django.db import models
from django.db.models import Q

from esmero.content.models import Link, TemplateVersion
from esmero.house.models import Brand
from esmero.outbox.bounce_meaning import BounceMeaning
from esmero.people.models import Channel, Person, Purpose, Topic
from esmero.work.models import Due


class RelayKind(models.TextChoices):
    SMTP = "smtp"
    CAPTURE = "capture"


class RelaySecurity(models.TextChoices):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Relay(models.Model):
    """A way out: an SMTP relay, or the capture behind the demo's catcher."""

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
    """What all processes together may still send by a relay whose rate is limited (outbox/rate_limits.py)."""

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
    """Why something leaves: one campaign's sending, one test, one notice. Frozen once it is open."""

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

    def __str__(self) -> str:
        return f"{self.message_class} {self.pk}"


class MessageState(models.TextChoices):
    PLANNED = "planned"  # written down, its turn comes
    REFUSED = "refused"  # by the gate
    WAITING = "waiting"  # until due_at: by the gate, or for the next try
    CLAIMED = "claimed"  # in the hands of a worker, under a lease
    WIRE = "wire"  # handed to the transport; its answer is awaited
    ORPHANED = "orphaned"  # its worker went silent; settled from the journal
    SENT = "sent"  # the relay said that it has it
    DOUBT = "doubt"  # the relay may or may not have it; a person decides
    GAVE_UP = "gave-up"  # refused for good, the last try failed, or it could not be made
    CANCELLED = "cancelled"  # before it left


class MessageWorst(models.IntegerChoices):
    NOTHING = 0
    ABSENT = 1
    RETURNED_FOR_NOW = 2
    OUR_FAULT = 3
    RETURNED_FOR_GOOD = 4
    COMPLAINED = 5


class Message(Due):
    """One row per person and occasion. The states and their ways are drawn in docs/decisions/0002-ledger.md."""

    State = MessageState

    Worst = MessageWorst

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=80, blank=True, default="")
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    address = models.CharField(max_length=320, blank=True, default="")
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
    sent_at = models.DateTimeField(null=True, blank=True)
    worst = models.PositiveSmallIntegerField(choices=Worst.choices, default=Worst.NOTHING)
    payload = models.JSONField(
        null=True, blank=True, help_text="What an internal or test message needs to be rendered."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "person", "occasion"], condition=Q(person__isnull=False), name="message_once"
            ),
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
            models.Index(fields=["person", "sent_at"], name="message_person_sent"),
            models.Index(fields=["sent_at", "dispatch"], condition=Q(sent_at__isnull=False), name="message_sent"),
            models.Index(fields=["address"], opclasses=["varchar_pattern_ops"], name="message_address_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.state}"


RETURN_KINDS = ("returned-for-good", "refused", "returned-for-now", "our-fault")
OTHER_KINDS = ("deferred", "absent", "clicked", "complained", "unsubscribed", "replied", "retried", "resolved")


class MessageEventKind(models.TextChoices):
    DEFERRED = "deferred"  # the relay said 4xx, tried again later
    REFUSED = "refused"  # the relay said 5xx
    RETURNED_FOR_GOOD = "returned-for-good"  # a report: the address does not take it, and will not
    RETURNED_FOR_NOW = "returned-for-now"  # a report: not now (a full box, a dead host); it is tried again
    OUR_FAULT = "our-fault"  # a report: policy, reputation or authentication; never held against the address
    ABSENT = "absent"  # a machine answered for a person who is away
    CLICKED = "clicked"  # a link was opened, by a person or (marked) by a machine
    COMPLAINED = "complained"  # reported as unwanted; an objection
    UNSUBSCRIBED = "unsubscribed"  # left by the link, one click, or mail
    REPLIED = "replied"  # a person answered
    RETRIED = "retried"  # sent again by a person's decision
    RESOLVED = "resolved"  # a doubt was decided by a person


class MessageEvent(models.Model):
    """What happened to a message after it was planned; the remark beside each kind defines it."""

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
    """A message as the capture transport kept it, zlib-compressed, for the catcher to show."""

    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    return_path = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320, db_index=True)
    subject = models.CharField(max_length=300, blank=True, default="")
    body = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"
