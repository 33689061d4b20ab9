"""Send a template's version to one internal address through the real relay, before a campaign uses it."""

from typing import Any

from django.db import transaction

from esmero.campaigns.lifecycle import LINK_CHECK
from esmero.content.models import TemplateVersion
from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.checking.test_send import name_ground
from esmero.mailroom.composing.recipient_fields import read_values
from esmero.outbox.models import Message
from esmero.outbox.posting.content import FilledTemplate, ToAddress
from esmero.outbox.posting.kinds import TEMPLATE_TEST
from esmero.outbox.posting.post import post
from esmero.people.addresses.parsing import read_address
from esmero.people.models import Person
from esmero.refusal import InvalidValue
from esmero.work.jobs import enqueue


def send_template_test(
    version: TemplateVersion, *, to: str, by: User, person: Person | None, language: str, promotion: bool
) -> Message:
    """Queue a version in one language for `to`, as `person` would see it, without effect on the person.

    Raises:
        InvalidValue: `to` is not an address.
        NoRelay: the brand has no relay.
    """
    address = read_address(to)
    if not address.usable:
        raise InvalidValue("test-address-unusable", address=to)
    brand = version.template.brand
    values: dict[str, Any] = dict(read_values([person.pk]).get(person.pk, {})) if person else {}
    with transaction.atomic():
        message = post(
            TEMPLATE_TEST,
            ToAddress(address.normalised, ground=name_ground(by, person), language=language),
            FilledTemplate(version, values, promotion),
            brand=brand,
        )
        enqueue(LINK_CHECK, subject_id=version.pk, by=str(by))
        note("template.tested", by=by, subject=version.template, facts={"to": address.normalised})
    return message
