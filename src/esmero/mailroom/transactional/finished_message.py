"""Queue the installation's own mail that is finished when it enters the outbox: forwarded replies, notices to staff.

It is sent through the ledger like everything else: an internal message whose bytes are in the vault. Its return path
has a token, so that its bounces come to us.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from esmero.house.keys import create_dkim_key
from esmero.house.models import Brand
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.ledger import new_opaque
from esmero.outbox.models import Dispatch, Message, MessageClass, Relay
from esmero.outbox.receivers import receiver_of
from esmero.rendering.mime.dkim import DkimKey, relax_body
from esmero.rendering.mime.headers import write_domain
from esmero.rendering.tokens import TokenPurpose
from esmero.vault.files import seal
from esmero.work.wakeups import wake


def queue_message(
    headers: Sequence[tuple[str, str]],
    body: bytes,
    *,
    brand: Brand,
    relay: Relay,
    to: str,
    language: str,
    kind: str,
    occasion: str,
    keep_until: datetime | None = None,
) -> Message:
    """Queue a mail: `headers` (From, To, Subject, …, Content-Type) are completed by those that all our mail has.

    `body` has CRLF line ends and ends with one. It is signed here unless the relay signs.
    """
    at, opaque = timezone.now(), new_opaque()
    whole = [
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{opaque}@{write_domain(brand.sender_address.rpartition('@')[2])}>"),
        # RFC 3834: no machine may answer it, and if it comes back, it is not classified as a reply.
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        *headers,
    ]
    octets = _render(whole, body, brand=brand, sign=not relay.relay_signs, at=at)
    with transaction.atomic():
        dispatch = Dispatch.objects.create(brand=brand, message_class=MessageClass.INTERNAL, relay=relay)
        message = Message.objects.create(
            dispatch=dispatch,
            address=to.lower(),
            receiver=receiver_of(to),
            language=language,
            lane=0,
            due_at=at,
            opaque=opaque,
            occasion=occasion,
        )
        # The return path contains the id of the message, so the row is created first.
        token = open_signer().sign(TokenPurpose.RETURN, message.pk, day=day_of(at))
        sealed = seal(octets, kind=kind, media_type="message/rfc822", keep_until=keep_until)
        message.payload = {"sealed": sealed.sha256, "return_path": f"r-{token}@{brand.return_domain}"}
        message.save(update_fields=["payload"])
        wake(Dispatch)
    return message


def _render(headers: list[tuple[str, str]], body: bytes, *, brand: Brand, sign: bool, at: datetime) -> bytes:
    block = "".join(f"{header}: {value}\r\n" for header, value in headers)
    if sign and brand.dkim_domain and brand.dkim_selector:
        private = create_dkim_key(settings.HOME, domain=brand.dkim_domain, selector=brand.dkim_selector)
        key = DkimKey(domain=brand.dkim_domain, selector=brand.dkim_selector, private=private)
        block = key.sign(headers, relax_body(body), at=int(at.timestamp())) + block
    return block.encode() + b"\r\n" + body


def one_line(text: str) -> str:
    """Return text that is safe in a header: breaks and NULs become blanks, at most 200 characters."""
    return " ".join(text.replace("\0", " ").split())[:200]
