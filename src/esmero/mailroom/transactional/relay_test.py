"""Send one mail by a new relay to the staff member who set it up, as the last step of its test."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from esmero.house.models import Brand, User
from esmero.mailroom.transactional.finished_message import one_line, queue_message
from esmero.outbox.models import Message, Relay
from esmero.outbox.relays import NoRelay
from esmero.rendering.mime.encoding import quote_chunk
from esmero.rendering.mime.headers import encode_mailbox, encode_text, write_address


def send_relay_test(relay: Relay, *, to: User) -> Message:
    """Queue a short mail to this staff member by this relay; raises NoRelay if there is no brand."""
    brand = relay.brand or Brand.objects.order_by("id").first()
    if brand is None:
        raise NoRelay("test-without-brand")
    with override(to.language):
        subject = _("It works: a mail by the relay %(relay)s") % {"relay": relay.name}
        text = _("This mail left your house by the relay %(relay)s. You can send now.") % {"relay": relay.name}
    sender = write_address(brand.sender_address, header="From", field="sender_address")
    headers = [
        ("From", encode_mailbox(one_line(brand.sender_name or brand.name), sender, used=6)),
        ("To", write_address(to.email, header="To", field="to")),
        ("Subject", encode_text(one_line(subject), used=9)),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]  # fmt: skip
    body = quote_chunk(text + "\n").removesuffix(b"=\r\n")
    return queue_message(
        headers, body, brand=brand, relay=relay, to=to.email, language=to.language, kind="notice", occasion="relay test"
    )
