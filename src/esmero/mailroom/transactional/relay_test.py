"""Send one mail by a new relay to the staff member who set it up, as the last step of its test."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from esmero.house.models import Brand, User
from esmero.outbox.models import Message, Relay
from esmero.outbox.posting.content import ToStaff, WrittenText
from esmero.outbox.posting.kinds import RELAY_TEST
from esmero.outbox.posting.post import post
from esmero.outbox.relays import NoRelay


def send_relay_test(relay: Relay, *, to: User) -> Message:
    """Post a short mail to this staff member by this relay; raises NoRelay if there is no brand."""
    brand = relay.brand or Brand.objects.order_by("id").first()
    if brand is None:
        raise NoRelay("test-without-brand")
    with override(to.language):
        subject = _("It works: a mail by the relay %(relay)s") % {"relay": relay.name}
        text = _("This mail left your house by the relay %(relay)s. You can send now.") % {"relay": relay.name}
    return post(RELAY_TEST, ToStaff(to), WrittenText(subject=subject, text=text), brand=brand, relay=relay)
