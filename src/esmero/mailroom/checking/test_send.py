"""Send a campaign's message as a test to one internal address, with one person's fields, through the real relay."""

from typing import Any

from django.db import transaction

from esmero.campaigns.lifecycle import LINK_CHECK
from esmero.campaigns.models import Campaign
from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.composing.recipient_fields import read_values
from esmero.outbox.models import Message
from esmero.outbox.posting.content import FilledTemplate, ToAddress
from esmero.outbox.posting.kinds import CAMPAIGN_TEST
from esmero.outbox.posting.post import post
from esmero.people.addresses.parsing import read_address
from esmero.people.models import Person
from esmero.refusal import InvalidValue, Refusal
from esmero.work.jobs import enqueue


def name_ground(by: User | str, person: Person | None) -> str:
    """Return the ground of a test; it names the person whose fields it shows, so that erasure finds it."""
    about = f", person {person.pk}" if person else ""
    return f"test by {by}"[: 120 - len(about)] + about


def send_test(
    campaign: Campaign, *, to: str, by: User | str, person: Person | None = None, language: str = ""
) -> Message:
    """Queue the campaign's message for `to`, as `person` would see it; nobody else gets anything.

    It is internal: it needs no permission and does not affect the person.

    Raises:
        Refusal: the campaign has no template yet, or `to` is not an address.
        NoRelay: the brand has no relay.
    """
    if campaign.version is None:
        raise Refusal("campaign-without-template", name=campaign.name)
    address = read_address(to)
    if not address.usable:
        raise InvalidValue("test-address-unusable", address=to)
    values: dict[str, Any] = dict(read_values([person.pk]).get(person.pk, {})) if person else {}
    with transaction.atomic():
        reader = language or (person.language if person else "")
        message = post(
            CAMPAIGN_TEST,
            ToAddress(address.normalised, ground=name_ground(by, person), language=reader),
            FilledTemplate(campaign.version, values),
            brand=campaign.brand,
            topic=campaign.topic,
            reason=campaign.reason,
        )
        enqueue(LINK_CHECK, subject_id=campaign.version_id, by=str(by))
        note("campaign.tested", by=by, subject=campaign, facts={"to": address.normalised})
    return message
