"""Store inbound messages, one row per raw message, committed before the sending server gets its 250.

Further models: mailboxes to fetch from, scheduled resends, and counts.
"""

from django.db import models
from django.db.models import Q

from esmero.house.models import Brand
from esmero.outbox.models import Message, MessageEvent
from esmero.vault.models import StoredFile
from esmero.work.models import Due


class InboundState(models.TextChoices):
    NEW = "new"
    DONE = "done"
    FAILED = "failed"  # stays visible with its bytes until a person decides


class Inbound(Due):
    """Store a raw inbound message with its envelope, its channel (`door`) and the result of its handling."""

    State = InboundState

    raw = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    envelope_from = models.CharField(max_length=320, blank=True, default="")
    envelope_to = models.CharField(max_length=320, blank=True, default="")
    door = models.CharField(max_length=20, help_text="smtp, lmtp, imap:NAME, hook:PROVIDER, file")
    received_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.NEW)
    kind = models.CharField(max_length=12, blank=True, default="")
    why = models.JSONField(default=list, blank=True)
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="inbound_due"),
            models.Index(fields=["state", "received_at"], name="inbound_state"),
        ]
        constraints = [models.UniqueConstraint(fields=["raw", "envelope_to"], name="inbound_once")]

    def __str__(self) -> str:
        return f"{self.kind or self.state} {self.received_at:%Y-%m-%d %H:%M}"


class ScheduledResendState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"


class ScheduledResend(Due):
    """Schedule a message to be sent again after an absence; whether it is worthwhile is decided when it is due."""

    State = ScheduledResendState

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=20, blank=True, default="", help_text="Why it was dropped.")
    found_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="sending_again_due"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class ClickTrace(models.Model):
    """Store the network of a click as a keyed hash for a day: networks reveal automatic clicks."""

    event = models.OneToOneField(MessageEvent, on_delete=models.CASCADE, related_name="+")
    network = models.CharField(max_length=16)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["network", "at"], name="click_trace_network")]

    def __str__(self) -> str:
        return f"{self.network} {self.at:%H:%M:%S}"


class ReturnCount(models.Model):
    """Store the number of bounces and complaints of one day, receiver and brand, for brake and readiness check."""

    day = models.DateField(help_text="UTC")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    receiver = models.CharField(max_length=255, help_text="The message's receiver, else the domain of its address.")
    domain = models.CharField(max_length=255, help_text="The domain of the address.")
    kind = models.CharField(max_length=20, help_text="A kind of MessageEvent.")
    meaning = models.CharField(
        max_length=20, blank=True, default="", help_text="Of a return; of a complaint, its type."
    )
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "day", "receiver", "domain", "kind", "meaning"], name="return_count_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.receiver} {self.kind}: {self.number}"


class MailboxSecurity(models.TextChoices):
    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class MailboxAccess(models.TextChoices):
    PASSWORD = "password"  # noqa: S105 - the name of a method
    XOAUTH2 = "xoauth2"


class Mailbox(models.Model):
    """Store an operator's mailbox, read by IMAP."""

    Security = MailboxSecurity

    Access = MailboxAccess

    name = models.SlugField(max_length=60, unique=True)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    ca_file = models.CharField(max_length=500, blank=True, default="")
    username = models.CharField(max_length=320)
    access = models.CharField(max_length=8, choices=Access.choices, default=Access.PASSWORD)
    secret = models.TextField(blank=True, default="", help_text="Password or refresh token; encrypted.")
    token_url = models.CharField(max_length=500, blank=True, default="", help_text="Where a refresh token is traded.")
    client_id = models.CharField(max_length=200, blank=True, default="")
    client_secret = models.TextField(blank=True, default="", help_text="Encrypted.")
    folders = models.JSONField(default=list, help_text="Names; INBOX when empty.")
    active = models.BooleanField(default=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True, default="")
    trouble_at = models.DateTimeField(null=True, blank=True)
    check_result = models.JSONField(default=dict, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class MailboxFolder(models.Model):
    """Store the read position of a folder (RFC 3501, 2.3.1.1); `last_uid` is committed together with its message."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="read")
    name = models.CharField(max_length=255)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    number = models.BigIntegerField(default=0, help_text="Mails taken in.")
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="mailbox_folder_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.uid_validity}:{self.last_uid}"


class DmarcReportFile(models.Model):
    """Store a receiver's DMARC report on one of our domains (RFC 9990); its file is the inbound message."""

    evidence = models.CharField(max_length=200, blank=True, default="", help_text="Which mail brought it.")
    organisation = models.CharField(max_length=255)
    report_id = models.CharField(max_length=255)
    domain = models.CharField(max_length=255)
    begin = models.DateTimeField()
    end = models.DateTimeField()
    policy = models.CharField(max_length=20, blank=True, default="")
    truncated = models.BooleanField(default=False)
    total = models.BigIntegerField(default=0, help_text="Mails that it speaks of.")
    aligned = models.BigIntegerField(default=0, help_text="Of these, how many passed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "report_id", "domain"], name="aggregate_report_once"),
        ]
        indexes = [
            models.Index(fields=["domain", "begin", "id"], name="aggregate_report_domain"),
            models.Index(fields=["begin"], name="aggregate_report_begin"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.domain} {self.begin:%Y-%m-%d}"


class DmarcReportRow(models.Model):
    """Store the mail of one source in a report."""

    report = models.ForeignKey(DmarcReportFile, on_delete=models.CASCADE, related_name="rows")
    source = models.CharField(max_length=45)
    count = models.BigIntegerField()
    disposition = models.CharField(max_length=20, blank=True, default="")
    dkim = models.BooleanField(help_text="Passed and aligned.")
    spf = models.BooleanField(help_text="Passed and aligned.")
    header_from = models.CharField(max_length=255, blank=True, default="")
    dkim_domain = models.CharField(max_length=255, blank=True, default="")
    dkim_selector = models.CharField(max_length=255, blank=True, default="")
    dkim_result = models.CharField(max_length=20, blank=True, default="")
    spf_domain = models.CharField(max_length=255, blank=True, default="")
    spf_result = models.CharField(max_length=20, blank=True, default="")
    reasons = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [models.Index(fields=["source", "id"], name="aggregate_row_source")]

    def __str__(self) -> str:
        return f"{self.source}: {self.count}"


class WebhookSecret(models.Model):
    """Store a provider's webhook secret and the times of its last accepted and last refused request."""

    provider = models.CharField(max_length=20, unique=True)
    secret = models.TextField(blank=True, default="", help_text="Encrypted, see outbox/relay_passwords.py.")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="When it last told something, and proved itself.")
    refused_at = models.DateTimeField(null=True, blank=True, help_text="When somebody last could not prove to be it.")

    def __str__(self) -> str:
        return self.provider


class AlignmentDay(models.Model):
    """Store the sum of all stored reports on a domain's mail of one day; updated with the reports."""

    domain = models.CharField(max_length=255)
    day = models.DateField(help_text="UTC, on which the report begins.")
    total = models.BigIntegerField(default=0)
    aligned = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["domain", "day"], name="alignment_day_once")]

    def __str__(self) -> str:
        return f"{self.domain} {self.day}: {self.aligned} of {self.total}"


class AlignmentSource(models.Model):
    """Store the sum of all stored reports on a source that sends with our domain in From."""

    domain = models.CharField(max_length=255)
    source = models.CharField(max_length=45)
    total = models.BigIntegerField(default=0)
    aligned = models.BigIntegerField(default=0)
    dkim = models.BigIntegerField(default=0)
    spf = models.BigIntegerField(default=0)
    first_on = models.DateField()
    last_on = models.DateField()
    failed_on = models.DateField(null=True, blank=True, help_text="The last day on which something of it failed.")
    host = models.CharField(max_length=253, blank=True, default="", help_text="Its name in the DNS, if it has one.")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the DNS was asked for its name.")
    signed_by = models.CharField(max_length=255, blank=True, default="", help_text="Whose DKIM signature it bore last.")
    envelope = models.CharField(max_length=255, blank=True, default="", help_text="Whose SPF it was held to last.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["domain", "source"], name="alignment_source_once")]
        indexes = [
            models.Index(fields=["domain", "total", "id"], name="alignment_source_total"),
            models.Index(fields=["domain", "last_on", "id"], name="alignment_source_last"),
        ]

    def __str__(self) -> str:
        return f"{self.source} as {self.domain}"
