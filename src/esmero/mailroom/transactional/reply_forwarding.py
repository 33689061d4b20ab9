"""Forward a person's reply to the brand's own mailbox, so that it is read without the console.

It is sent through the ledger like everything else (finished_message.py). Its return path is ours, so that its bounces
come to us and never to the person.
"""

import secrets
from base64 import encodebytes
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from esmero.conversations.models import Conversation, Entry
from esmero.house.models import Brand
from esmero.mailroom.transactional.finished_message import one_line, queue_message
from esmero.outbox.models import Message, Relay
from esmero.outbox.relays import NoRelay, find_relay
from esmero.rendering.mime.headers import HeaderInjection, encode_mailbox, encode_text, write_address

MOST_AN_HOUR = 20
"""Forwarded mails of one conversation within an hour; more indicate a loop between two machines."""
MAX_ATTACHED = 6_000_000
"""Octets of an attached original: relays commonly refuse ten megabytes, and base64 adds a third."""

KEEPS = timedelta(days=30)  # retention of our copy


def forward_entry(entry: Entry, *, raw: bytes) -> Message | None:
    """Queue the mail of an entry for the brand's mailbox, inside the caller's transaction.

    None if it cannot be forwarded: no mailbox or no relay, the mailbox is one of our return addresses, the person
    writes from it, or it looks like a loop. The entry stays in the console in any case.
    """
    brand = entry.conversation.brand
    if not _may_forward(entry, brand=brand):
        return None
    try:
        with transaction.atomic():
            relay = _find_relay(brand)
            headers, body = _write(entry, brand=brand, raw=raw)
            message = queue_message(
                headers,
                body,
                brand=brand,
                relay=relay,
                to=brand.mailbox,
                language=brand.language,
                kind="forward",
                occasion=f"forward {entry.pk}",
                keep_until=timezone.now() + KEEPS,
            )
            entry.forwarded_at = timezone.now()
            entry.save(update_fields=["forwarded_at"])
    except (NoRelay, HeaderInjection):
        return None
    return message


def _may_forward(entry: Entry, *, brand: Brand) -> bool:
    mailbox = brand.mailbox.lower()
    own = {brand.return_domain.lower() for brand in Brand.objects.only("return_domain")}
    if not mailbox or mailbox.rpartition("@")[2] in own or entry.author.lower() == mailbox or entry.forwarded_at:
        return False
    lately = timezone.now() - timedelta(hours=1)
    # By address, because a loop between two machines may open new conversations.
    same = Conversation.objects.filter(brand=brand, address=entry.conversation.address)
    return Entry.objects.filter(conversation__in=same, forwarded_at__gte=lately).count() < MOST_AN_HOUR


def _find_relay(brand: Brand) -> Relay:
    name = settings.ESMERO.forward_relay
    return (Relay.objects.filter(name=name).first() if name else None) or find_relay(brand)


def _write(entry: Entry, *, brand: Brand, raw: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """Write headers and body: From is ours, Reply-To the person's, and the original is attached unchanged."""
    conversation = entry.conversation
    name = str(conversation.person) if conversation.person else entry.author
    with translation.override(brand.language):
        title = _("%(name)s writes: %(subject)s") % {"name": name, "subject": entry.subject or _("(no subject)")}
        words = _explain(entry, brand=brand, name=name)
        label = _("%(name)s by way of %(brand)s") % {"name": name, "brand": brand.name}
    boundary = f"={secrets.token_hex(12)}="
    sender = write_address(brand.sender_address, header="From", field="sender_address")
    headers = [
        ("From", encode_mailbox(one_line(label), sender, used=6)),
        ("To", write_address(brand.mailbox, header="To", field="mailbox")),
        ("Subject", encode_text(one_line(title), used=9)),
        ("Content-Type", f'multipart/mixed; boundary="{boundary}"'),
    ]
    reply_to = _address_or_none(entry.author)
    if reply_to:
        headers.insert(
            2, ("Reply-To", encode_mailbox(one_line(name) if name != entry.author else "", reply_to, used=10))
        )
    edge = f"--{boundary}\r\n".encode()
    body = b"".join(
        [
            edge,
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            _base64(words.encode("utf-8", "replace")),
            *([b"\r\n", edge, _attach(raw)] if len(raw) <= MAX_ATTACHED else []),
            f"\r\n--{boundary}--\r\n".encode(),
        ]
    )
    return headers, body


def _explain(entry: Entry, *, brand: Brand, name: str) -> str:
    place = f"{settings.ESMERO.public_url.rstrip('/')}/console/conversations/{entry.conversation_id}"
    lines = [
        entry.text.strip() or entry.full_text.strip(),
        "-- ",
        _("%(name)s wrote this to %(brand)s. Answer this mail: it goes to them.") % {"name": name, "brand": brand.name},
        _("The whole conversation: %(place)s") % {"place": place},
        _("The original is attached."),
    ]
    return "\n".join(lines) + "\n"


def _attach(raw: bytes) -> bytes:
    """Attach the original.

    It becomes message/rfc822 if its octets are allowed in a mail unencoded (RFC 2046 5.2.1), else a file.
    """
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if raw.isascii() and b"\0" not in raw and max(map(len, lines)) <= 998:
        return b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + b"\r\n".join(lines)
    head = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    return head + b'Content-Disposition: attachment; filename="original.eml"\r\n\r\n' + _base64(raw)


def _base64(octets: bytes) -> bytes:
    return encodebytes(octets).replace(b"\n", b"\r\n")


def _address_or_none(address: str) -> str:
    try:
        return write_address(address, header="Reply-To", field="author")
    except HeaderInjection:
        return ""
