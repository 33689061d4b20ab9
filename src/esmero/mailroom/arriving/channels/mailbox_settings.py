"""Create, change, pause and delete the operator's mailboxes; passwords are stored and never shown."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.models import Mailbox, MailboxFolder
from esmero.outbox.relay_passwords import encrypt_password
from esmero.work.wakeups import wake

PORTS = {"tls": 993, "starttls": 143, "none": 143}


def save_mailbox(
    mailbox: Mailbox, *, facts: Mapping[str, Any], secret: str | None, client_secret: str | None, by: User | str
) -> Mailbox:
    """Create or change a mailbox; None keeps the stored secret.

    Another host or user numbers its messages differently, so the read position is deleted; messages that were received
    before are recognised by their bytes.

    Raises:
        ValidationError: a value is invalid.
    """
    before, known = (mailbox.host, mailbox.username), {name: getattr(mailbox, name) for name in facts}
    for name, value in facts.items():
        setattr(mailbox, name, value)
    if secret is not None:
        mailbox.secret = encrypt_password(secret)
    if client_secret is not None:
        mailbox.client_secret = encrypt_password(client_secret)
    if known != facts or secret is not None or client_secret is not None:
        mailbox.reached_at = None  # a success with the old settings proves nothing about the new ones
    mailbox.trouble, mailbox.trouble_at, mailbox.check_result, mailbox.checked_at = "", None, {}, None
    mailbox.full_clean()
    with transaction.atomic():
        if mailbox.pk and before != (mailbox.host, mailbox.username):
            MailboxFolder.objects.filter(mailbox=mailbox).delete()
        mailbox.save()
        note("mailbox.saved", by=by, subject=mailbox, facts={"name": mailbox.name, "host": mailbox.host})
        wake(Mailbox)
    return mailbox


def pause_mailbox(mailbox: Mailbox, *, active: bool, by: User | str) -> bool:
    """Pause or resume a mailbox; False if nothing changed. The readers notice within seconds."""
    with transaction.atomic():
        if not Mailbox.objects.filter(pk=mailbox.pk, active=not active).update(
            active=active, trouble="", trouble_at=None
        ):
            return False
        note("mailbox.resumed" if active else "mailbox.paused", by=by, subject=mailbox, facts={"name": mailbox.name})
        wake(Mailbox)
    return True


def delete_mailbox(mailbox: Mailbox, *, by: User | str) -> None:
    """Delete a mailbox and its password; received messages stay."""
    with transaction.atomic():
        note("mailbox.dropped", by=by, facts={"name": mailbox.name, "host": mailbox.host})
        mailbox.delete()
        wake(Mailbox)
