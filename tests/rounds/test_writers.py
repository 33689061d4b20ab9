"""Who writes which happening: each through the function that brings it about."""

import pytest
from django.conf import settings
from django.utils import timezone

from esmero.asks.models import Submission
from esmero.asks.submissions import confirm
from esmero.campaigns.lifecycle import begin_dry_run, cancel_campaign, create_campaign, start_campaign
from esmero.house.happenings import KINDS
from esmero.house.models import Happening
from esmero.imports.lifecycle import begin_unchecked, begin_undo, create_import
from esmero.people.models import Merge, PermissionEntry, Segment
from esmero.people.permissions.ledger import grant, object_to, withdraw
from esmero.privacy.erasure import erase_person
from esmero.privacy.merging import merge, undo_merge
from esmero.rendering.tokens import TokenPurpose
from esmero.rounds.import_kinds import PERSONS
from esmero.rounds.table import JOBS
from esmero.rounds.worker import run_worker
from esmero.work.jobs import run_to_end
from esmero.work.stop_signal import StopSignal
from tests.asks.facts import entry, open_form
from tests.happenings import happened
from tests.house_facts import add_people, build_house
from tests.mailroom.arriving.handlers.test_complaint import report
from tests.mailroom.inbound import postfix_report, send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def work():
    run_worker(home=settings.HOME, worker="w", stop=StopSignal(), until_idle=True)


def test_a_person_is_merged_taken_apart_and_erased():
    house = build_house()
    first, second = add_people(house, 2)
    Happening.objects.all().delete()
    done = merge(first, second, taken=(), by="test")
    undo_merge(Merge.objects.get(), by="test")
    erase_person(first, by="test", reason="asked", at=timezone.now())
    ids = {"person_id": first.pk, "merged_id": second.pk, "merge_id": done.pk}
    assert happened() == [("person.merged", ids), ("person.unmerged", ids), ("person.erased", {"person_id": first.pk})]


def test_a_permission_is_granted_withdrawn_and_objected_to():
    house = build_house()
    (person,) = add_people(house, 1, permission=False)
    Happening.objects.all().delete()
    about = {"brand": house.brand, "purpose": house.topic.purpose, "topic": house.topic, "source": "call"}
    grant(person, **about)
    withdraw(person, **about)
    object_to(person, **about)
    assert happened() == [
        (f"permission.{act}", {"person_id": person.pk, "entry_id": number})
        for number, act in PermissionEntry.objects.filter(person=person).order_by("id").values_list("id", "act")
    ]
    assert {f"permission.{act}" for act in PermissionEntry.Act.values} < set(KINDS)
    assert [kind for kind, _ in happened()] == ["permission.granted", "permission.withdrawn", "permission.objected"]


def test_an_import_tells_once_for_all_its_lines():
    house = build_house()
    lines = "Número;Correo;Consentimiento\r\n7;ada@cliente.example;sí\r\n8;eva@cliente.example;sí"
    brought = create_import(lines.encode(), kind=PERSONS, name="lista.csv", brand=house.brand, by="test")
    begun = begin_unchecked(
        brought,
        kind=PERSONS,
        choices={"Consentimiento": "consent"},
        options={"topic": house.topic.pk},
        source="tienda",
        dry_run=False,
        by="test",
    )
    Happening.objects.all().delete()
    run_to_end(begun.job, kinds=JOBS, worker="test")
    assert PermissionEntry.objects.count() == 2
    assert happened() == [("import.finished", {"import_id": brought.pk})]
    brought.refresh_from_db()
    Happening.objects.all().delete()
    run_to_end(begin_undo(brought, kind=PERSONS, by="test").job, kinds=JOBS, worker="test")
    assert not PermissionEntry.objects.exists()
    assert happened() == [("import.undone", {"import_id": brought.pk})]


def test_a_sign_up_is_received_and_confirmed(client):
    house, _form = open_form()
    client.post("/s/boletin?lang=en", entry(house))
    submission = Submission.objects.get()
    person = confirm(submission, at=timezone.now())
    confirm(submission, at=timezone.now())
    assert happened("sign_up.received", "sign_up.confirmed") == [
        ("sign_up.received", {"submission_id": submission.pk}),
        ("sign_up.confirmed", {"submission_id": submission.pk, "person_id": person.pk}),
    ]


def test_a_campaign_is_started_and_finished_or_cancelled():
    house = build_house(kind="capture")
    add_people(house, 3)
    segment = Segment.objects.create(name="Todos")
    campaigns = []
    for name in ("done", "cancelled"):
        campaign = create_campaign(
            name,
            brand=house.brand,
            topic=house.topic,
            version=house.version,
            segment=segment,
            reason={"es": "Novedades"},
            by="test",
        )
        run_to_end(begin_dry_run(campaign, by="test").job, kinds=JOBS, worker="test")
        campaign.refresh_from_db()
        campaigns.append(start_campaign(campaign, by="test"))
    cancel_campaign(campaigns[1], by="test")
    work()
    for campaign in campaigns:
        campaign.refresh_from_db()
    assert [one.state for one in campaigns] == ["done", "cancelled"]
    done, cancelled = ({"campaign_id": one.pk} for one in campaigns)
    assert happened("campaign.started", "campaign.finished", "campaign.cancelled") == [
        ("campaign.started", done),
        ("campaign.started", cancelled),
        ("campaign.cancelled", cancelled),
        ("campaign.finished", done),
    ]
    assert ("dispatch.closed", {"dispatch_id": campaigns[0].dispatch_id}) in happened()


def test_a_message_bounces_hard_once_and_a_soft_bounce_is_none():
    sent = send_one()
    Happening.objects.all().delete()
    to = sent.address(TokenPurpose.RETURN)
    sent.receive(postfix_report(sent.message, status="4.2.2", reply="452 4.2.2 full", mail_id="soft"), to=to)
    assert happened() == []
    for _ in range(2):
        sent.receive(postfix_report(sent.message, status="5.1.1", reply="550 5.1.1 unknown", mail_id="hard"), to=to)
    assert happened() == [("message.bounced", {"message_id": sent.message.pk, "person_id": sent.person.pk})]


def test_a_complaint_and_the_objection_that_follows_from_it():
    sent = send_one()
    Happening.objects.all().delete()
    sent.receive(report(sent), to="abuse@vuelta.fibranorte.example")
    complaint, *following = happened()
    assert complaint == ("message.complained", {"message_id": sent.message.pk, "person_id": sent.person.pk})
    assert {kind for kind, _ in following} == {"permission.objected"}


def test_a_reply_is_of_its_message_and_of_its_conversation():
    sent = send_one(kind="capture")
    Happening.objects.all().delete()
    mail = written(
        sender=sent.message.address, to="hola@fibranorte.example", subject="Re: Novedades", text="Gracias, ¿y el móvil?"
    )
    for _ in range(2):
        sent.receive(mail, to=sent.address(TokenPurpose.REPLY))
    (first, conversation), (second, reply) = happened()
    assert (first, second) == ("conversation.received", "message.replied")
    assert (reply["message_id"], reply["person_id"]) == (sent.message.pk, sent.person.pk)
    assert reply["entry_id"] == conversation["entry_id"]
