"""Forward a person's reply to the brand's own mailbox, so that it is read without the console.

It is sent through the ledger like everything else. Its return path is ours, so that its bounces come to us and never
to the person.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from esmero.conversations.models import Conversation, Entry
from esmero.house.models import Brand
from esmero.outbox.models import Message, Relay
from esmero.outbox.posting.content import AttachedFile, ToAddress, WrittenText
from esmero.outbox.posting.kinds import REPLY_FORWARD
from esmero.outbox.posting.post import post
from esmero.outbox.relays import NoRelay, find_relay
from esmero.rendering.mime.headers import HeaderInjection

MOST_AN_HOUR = 20
"""Forwarded mails of one conversation within an hour; more indicate a loop between two machines."""
MAX_ATTACHED = 6_000_000
"""Octets of an attached original: relays commonly refuse ten megabytes, and base64 adds a third."""


def forward_entry(entry: Entry) -> Message | None:
    """Post the mail of an entry to the brand's mailbox, inside the caller's transaction, with the original attached.

    None if it cannot be forwarded: no mailbox or no relay, the mailbox is one of our return addresses, the person
    writes from it, or it looks like a loop. The entry stays in the console in any case.
    """
    brand = entry.conversation.brand
    if not _may_forward(entry, brand=brand):
        return None
    original = entry.raw if entry.raw is not None and entry.raw.size <= MAX_ATTACHED else None
    try:
        with transaction.atomic():
            message = post(
                REPLY_FORWARD,
                ToAddress(brand.mailbox, ground=f"mailbox of {brand.slug}", language=brand.language),
                _write(entry, brand=brand),
                brand=brand,
                key=f"entry {entry.pk}",
                relay=_find_relay(brand),
                attachments=[AttachedFile(original.pk, "original.eml")] if original else [],
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


def _write(entry: Entry, *, brand: Brand) -> WrittenText:
    """Write the text: From is ours, and an answer goes to the person."""
    conversation = entry.conversation
    name = str(conversation.person) if conversation.person else entry.author
    with translation.override(brand.language):
        return WrittenText(
            subject=_("%(name)s writes: %(subject)s") % {"name": name, "subject": entry.subject or _("(no subject)")},
            text=_explain(entry, brand=brand, name=name),
            reply_to=(name if name != entry.author else "", entry.author),
            sender_name=_("%(name)s by way of %(brand)s") % {"name": name, "brand": brand.name},
        )


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
