"""Mailboxes of the operator's: set up, changed, paused and removed; their passwords are written and never shown."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.models import Mailbox, MailboxFolder
from esmero.outbox.relay_passwords import hide_password

PORTS = {"tls": 993, "starttls": 143, "none": 143}


def save_mailbox(
    mailbox: Mailbox, *, facts: Mapping[str, Any], secret: str | None, client_secret: str | None, by: User | str
) -> Mailbox:
    """Make a mailbox or change it; None leaves the secret that is kept.

    Another machine or another user numbers its mails anew, so how far it was read is forgotten: what was taken in before
    is recognised by its bytes.

    Raises:
        ValidationError: a value cannot be.

    """
    before, known = (mailbox.host, mailbox.username), {name: getattr(mailbox, name) for name in facts}
    for name, value in facts.items():
        setattr(mailbox, name, value)
    if secret is not None:
        mailbox.secret = hide_password(secret)
    if client_secret is not None:
        mailbox.client_secret = hide_password(client_secret)
    if known != facts or secret is not None or client_secret is not None:
        mailbox.reached_at = None  # that it was read says nothing of the new way to it
    mailbox.trouble, mailbox.trouble_at, mailbox.check_result, mailbox.checked_at = "", None, {}, None
    mailbox.full_clean()
    with transaction.atomic():
        if mailbox.pk and before != (mailbox.host, mailbox.username):
            MailboxFolder.objects.filter(mailbox=mailbox).delete()
        mailbox.save()
        note("mailbox.saved", by=by, subject=mailbox, facts={"name": mailbox.name, "host": mailbox.host})
    return mailbox


def pause_mailbox(mailbox: Mailbox, *, active: bool, by: User | str) -> bool:
    """Read a mailbox no longer, or again; False when it was so already. The readers follow within seconds."""
    with transaction.atomic():
        if not Mailbox.objects.filter(pk=mailbox.pk, active=not active).update(
            active=active, trouble="", trouble_at=None
        ):
            return False
        note("mailbox.resumed" if active else "mailbox.paused", by=by, subject=mailbox, facts={"name": mailbox.name})
    return True


def drop_mailbox(mailbox: Mailbox, *, by: User | str) -> None:
    """Forget a mailbox and its password; the mails that were taken in stay."""
    with transaction.atomic():
        note("mailbox.dropped", by=by, facts={"name": mailbox.name, "host": mailbox.host})
        mailbox.delete()
