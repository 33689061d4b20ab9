"""Send a template's version to one internal address through the real relay, before a campaign uses it."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from esmero.campaigns.lifecycle import LINK_CHECK, CampaignMoveRefused
from esmero.content.models import TemplateVersion
from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.composing.recipient_fields import read_values
from esmero.outbox.ledger import new_opaque
from esmero.outbox.models import Dispatch, Message, MessageClass
from esmero.outbox.receivers import receiver_of
from esmero.outbox.relays import find_relay
from esmero.people.addresses.parsing import read_address
from esmero.people.models import Person
from esmero.work.jobs import enqueue
from esmero.work.wakeups import wake


def send_template_test(
    version: TemplateVersion, *, to: str, by: User, person: Person | None, language: str, promotion: bool
) -> Message:
    """Queue a version in one language for `to`, as `person` would see it, without effect on the person.

    Raises:
        CampaignMoveRefused: `to` is not an address.
        NoRelay: the brand has no relay.
    """
    address = read_address(to)
    if not address.usable:
        raise CampaignMoveRefused(_("%(address)s is not an e-mail address that can be written to.") % {"address": to})
    brand = version.template.brand
    values: dict[str, Any] = dict(read_values([person.pk]).get(person.pk, {})) if person else {}
    with transaction.atomic():
        dispatch = Dispatch.objects.create(
            brand=brand, message_class=MessageClass.INTERNAL, version=version, relay=find_relay(brand), reason={}
        )
        message = Message.objects.create(
            dispatch=dispatch,
            address=address.normalised,
            receiver=receiver_of(address.normalised),
            language=language,
            lane=0,
            due_at=timezone.now(),
            opaque=new_opaque(),
            payload={"values": values, "promotion": promotion},
        )
        wake(Dispatch)
        enqueue(LINK_CHECK, subject_id=version.pk, by=str(by))
        note("template.tested", by=by, subject=version.template, facts={"to": address.normalised})
    return message
