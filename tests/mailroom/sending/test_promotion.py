"""The promotion slot end to end: the same campaign goes with it to one and without it to the next, and says so."""

import email
import email.policy
import zlib

import pytest
from django.conf import settings
from django.utils import timezone

from esmero.campaigns.lifecycle import begin_dry_run, create_campaign, start_campaign
from esmero.content.versions import add_version, create_template
from esmero.mailroom.arriving.unsubscription import unsubscribe_by_message
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.outbox.models import Captured, Message
from esmero.people.models import Address, Permission, PermissionEntry, Person, Preference, Purpose, Segment, Topic
from esmero.rendering.templates.compile import TemplateSource
from esmero.rounds.table import JOBS
from esmero.rounds.worker import run_worker
from esmero.work.jobs import run_to_end
from esmero.work.stop_signal import StopSignal
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>Su aviso</mj-text></mj-column></mj-section>"
    "<em-promotion><mj-section><mj-column><mj-text>La oferta de {{ given_name }}</mj-text></mj-column></mj-section>"
    "</em-promotion></mj-body></mjml>"
)


@pytest.fixture
def house(transactional_db):
    house = build_house(kind="capture")
    notices = Purpose.objects.create(code="notices", name={"es": "Avisos"}, commercial=False)
    offers = Topic.objects.create(
        brand=house.brand, code="ofertas", name={"es": "Ofertas"}, purpose=house.topic.purpose
    )
    house.topic = Topic.objects.create(brand=house.brand, code="avisos", name={"es": "Avisos"}, purpose=notices)
    house.offers = offers
    source = TemplateSource(language="es", subject="Aviso", preheader="", mjml=MJML)
    house.version = add_version(create_template("Aviso", brand=house.brand), texts=[source], fields=known_fields())
    return house


def grant(house, person, topic):
    facts = {"brand": house.brand, "purpose": topic.purpose, "topic": topic, "person": person}
    now = timezone.now()
    entry = PermissionEntry.objects.create(act="granted", basis="consent", at=now, source="formulario", **facts)
    Permission.objects.create(state="granted", basis="consent", granted_at=now, entry=entry, **facts)


def checked(house, **facts):
    segment, _ = Segment.objects.get_or_create(name="Todos")
    said = {
        "topic": house.topic,
        "version": house.version,
        "segment": segment,
        "promotion_topic": house.offers,
        **facts,
    }
    campaign = create_campaign("Aviso", brand=house.brand, reason={"es": "Su línea"}, by="Lucía", **said)
    campaign = begin_dry_run(campaign, by="Lucía")
    run_to_end(campaign.job, kinds=JOBS, worker="test")
    campaign.refresh_from_db()
    return campaign


def sent(campaign):
    campaign = start_campaign(campaign, by="Lucía")
    run_to_end(campaign.job, kinds=JOBS, worker="test")
    run_worker(home=settings.HOME, worker="w", stop=StopSignal(), until_idle=True)
    letters = {}
    for one in Captured.objects.all():
        parts = email.message_from_bytes(zlib.decompress(one.body), policy=email.policy.default).iter_parts()
        letters[one.recipient] = "".join(part.get_content() for part in parts)
    return letters


def test_one_gets_it_with_the_promotion_and_the_next_without(house):
    both, bare, tired = add_people(house, 3)
    grant(house, both, house.offers)
    grant(house, tired, house.offers)
    Preference.objects.create(person=tired, brand=house.brand, topic=house.offers, wanted=False)
    campaign = checked(house)
    assert campaign.counts == {"audience": 3, "go": 3, "promotion": {"with": 1, "G03": 1, "G05": 1}}
    letters = sent(campaign)
    assert {address: "La oferta de" in letter for address, letter in letters.items()} == {
        both.address.value: True,
        bare.address.value: False,
        tired.address.value: False,
    }
    assert all("Su aviso" in letter for letter in letters.values())
    assert ["Publicidad" in letters[one.address.value] for one in (both, bare)] == [True, False]
    codes = dict(Message.objects.values_list("person_id", "promotion"))
    assert codes == {both.pk: "", bare.pk: "G03", tired.pk: "G05"}
    assert set(Message.objects.values_list("state", "verdict")) == {("sent", "")}


def test_who_withdraws_between_dry_run_and_sending_gets_it_without(house):
    (person,) = add_people(house, 1)
    grant(house, person, house.offers)
    campaign = checked(house)
    assert campaign.counts["promotion"] == {"with": 1}
    Permission.objects.filter(topic=house.offers).update(withdrawn_at=timezone.now())
    letters = sent(campaign)
    assert "La oferta de" not in letters[person.address.value]
    assert Message.objects.get().promotion == "G04"


def test_an_address_that_two_share_gets_the_promotion_once(house):
    first, second = add_people(house, 2)
    Person.objects.filter(pk=second.pk).update(address=first.address)
    grant(house, first, house.offers)
    grant(house, second, house.offers)
    campaign = checked(house)
    assert campaign.counts == {"audience": 2, "go": 2, "promotion": {"with": 1, "G08": 1}}
    sent(campaign)
    assert list(Message.objects.order_by("person").values_list("promotion", flat=True)) == ["", "G08"]
    assert sum(b"oferta de" in zlib.decompress(one.body) for one in Captured.objects.all()) == 1


def test_without_a_topic_a_promotion_goes_to_nobody(house):
    (person,) = add_people(house, 1)
    grant(house, person, house.offers)
    campaign = checked(house, promotion_topic=None)
    assert campaign.counts["promotion"] == {"with": 0, "no-topic": 1}
    assert "La oferta de" not in sent(campaign)[person.address.value]


def test_leaving_a_mail_leaves_the_promotion_that_stood_in_it(house):
    (person,) = add_people(house, 1)
    grant(house, person, house.offers)
    sent(checked(house))
    assert unsubscribe_by_message(Message.objects.get(), at=timezone.now(), source="one-click")
    gone = PermissionEntry.objects.filter(act="withdrawn").values_list("topic__code", flat=True)
    assert set(gone) == {"avisos", "ofertas"}
    assert not unsubscribe_by_message(Message.objects.get(), at=timezone.now(), source="one-click")
    assert Address.objects.count() == 1
