"""`post`: one call, one row, one transaction; and what reaches a relay, read by parsers that we did not write."""

import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import dkim
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from esmero.house.keys import create_dkim_key
from esmero.house.models import Brand, User
from esmero.mailroom.sending.batches import WIRE_OCTETS
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.domain_readiness import public_key
from esmero.outbox.ledger import STANDING_IDLE, close_finished
from esmero.outbox.models import Captured, Dispatch, Message, MessageClass, Relay
from esmero.outbox.posting.content import AttachedFile, FilledTemplate, ToAddress, ToPerson, ToStaff, WrittenText
from esmero.outbox.posting.decisions import approve_held, cancel_posted, expire_content
from esmero.outbox.posting.kinds import KINDS, STAFF_INVITATION, MessageKind
from esmero.outbox.posting.post import Post, post, post_many
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.rendering.mime.headers import HeaderInjection
from esmero.rounds.worker import run_sender
from esmero.vault.files import path_of, seal
from esmero.work.stop_signal import StopSignal
from tests.house_facts import add_people, build_house
from tests.posted import octets_of, render_posted

INVOICE = MessageKind(name="test-invoice", message_class=MessageClass.SERVICE)
ANSWER = MessageKind(name="test-answer", message_class=MessageClass.SERVICE)
REASON = {"es": "Es cliente de Fibra Norte"}
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house():
    return build_house(kind="capture")


def write_to(house, address="ana@cliente.example", **facts):
    to = ToAddress(address, ground="test", language="es")
    text = WrittenText(subject="Hola", text="Buenos días")
    return post(ANSWER, to, text, brand=house.brand, **{"reason": REASON, **facts})


def send_all():
    sender = Sender(home=settings.HOME, worker="w", schedule=RetrySchedule(()), helo="esmero.test")
    run_sender(sender, stop=StopSignal(), until_idle=True)


def captured(address):
    import zlib

    return message_from_bytes(zlib.decompress(Captured.objects.get(recipient=address).body), policy=default)


def test_the_names_of_kinds_are_their_own():
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_one_kind_and_key_make_one_message_whoever_gets_it(house):
    first = write_to(house, key="invoice 7")
    assert write_to(house, "otra@cliente.example", key="invoice 7") == first
    assert write_to(house, key="invoice 8") != first
    assert Message.objects.count() == 2
    assert Dispatch.objects.count() == 1


def test_without_a_key_each_is_its_own(house):
    assert write_to(house) != write_to(house)


def test_many_with_keys_that_are_there_or_repeated_make_only_the_new_ones(house):
    there = write_to(house, key="1")
    to, text = ToAddress("b@cliente.example", ground="test"), WrittenText(subject="s", text="t")
    found = post_many(ANSWER, [Post(to=to, content=text, key=key) for key in ("2", "1", "2", "3")], brand=house.brand)
    assert [row.occasion for row in found] == ["2", "1", "2", "3"]
    assert found[1] == there
    assert found[0] == found[2]
    assert Message.objects.count() == 3


def test_nothing_is_posted_if_the_callers_transaction_fails(house):
    with pytest.raises(RuntimeError), transaction.atomic():
        write_to(house, key="1")
        raise RuntimeError
    assert not Message.objects.exists()


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="writers of SQLite wait for each other from the start")
def test_two_that_post_one_key_at_the_same_time_make_one_message(house):
    found, both = [], threading.Barrier(2)

    def write():
        with transaction.atomic():
            both.wait(10)
            found.append(write_to(house, key="1").pk)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_a_standing_dispatch_is_closed_after_a_day_and_opened_by_the_next_message(house):
    message = write_to(house)
    send_all()
    now = timezone.now()
    assert close_finished(now=now) == []
    Dispatch.objects.update(used_at=now - STANDING_IDLE - timedelta(minutes=1))
    assert close_finished(now=now) == [message.dispatch_id]
    again = write_to(house)
    assert again.dispatch_id == message.dispatch_id
    assert Dispatch.objects.get().state == Dispatch.State.OPEN
    assert close_finished(now=now) == []
    send_all()
    again.refresh_from_db()
    assert again.state == Message.State.SENT


def test_other_facts_make_another_dispatch(house):
    person = add_people(house, 1)[0]
    Relay.objects.create(name="segunda", kind="capture")
    other = Relay.objects.get(name="segunda")
    filled = FilledTemplate(house.version)
    rows = [
        post(INVOICE, ToPerson(person), filled, brand=house.brand, reason=REASON),
        post(INVOICE, ToPerson(person), filled, brand=house.brand, reason=REASON),
        post(INVOICE, ToPerson(person), filled, brand=house.brand, reason=REASON, relay=other),
        post(INVOICE, ToPerson(person), filled, brand=house.brand, reason={"es": "otro"}),
        post(INVOICE, ToPerson(person), WrittenText(subject="s", text="t"), brand=house.brand, reason=REASON),
    ]
    assert len({row.dispatch_id for row in rows}) == 4
    assert rows[0].dispatch_id == rows[1].dispatch_id


def test_a_template_is_filled_with_the_person_and_the_values_and_both_are_kept(house):
    person = add_people(house, 1)[0]
    row = post(
        INVOICE, ToPerson(person), FilledTemplate(house.version, {"given_name": "Anita"}), brand=house.brand,
        reason=REASON,
    )  # fmt: skip
    send_all()
    row.refresh_from_db()
    assert row.state == Message.State.SENT
    assert row.filled == {"given_name": "Anita"}
    assert captured(row.address)["Subject"] == "Novedades para Anita"


def test_a_change_of_the_brand_reaches_a_standing_dispatch_and_its_sender(house):
    sender = Sender(home=settings.HOME, worker="w", schedule=RetrySchedule(()), helo="esmero.test")
    filled = FilledTemplate(house.version, {"given_name": "Ana"})
    post(INVOICE, ToAddress("a@c.example", ground="test"), filled, brand=house.brand, reason=REASON)
    run_sender(sender, stop=StopSignal(), until_idle=True)
    Brand.objects.update(phone="+34 911 111 111")
    post(INVOICE, ToAddress("b@c.example", ground="test"), filled, brand=house.brand, reason=REASON)
    again = Sender(home=settings.HOME, worker="w", schedule=RetrySchedule(()), helo="esmero.test")
    again._open_dispatches = sender._open_dispatches
    run_sender(again, stop=StopSignal(), until_idle=True)
    assert "911 111 111" not in captured("a@c.example").get_body(("plain",)).get_content()
    assert "911 111 111" in captured("b@c.example").get_body(("plain",)).get_content()


def test_staff_are_addressed_in_their_language(house):
    user = User.objects.create_user("lucia@fibranorte.example", password=None, name="Lucía", language="fr")
    row = post(STAFF_INVITATION, ToStaff(user), WrittenText(subject="s", text="t"), brand=house.brand)
    assert (row.address, row.language, row.ground) == (user.email, "fr", f"staff {user.pk}")
    assert (row.lane, row.dispatch.message_class) == (0, MessageClass.INTERNAL)


def test_what_is_no_address_is_refused_before_anything_is_written(house):
    with pytest.raises(HeaderInjection):
        write_to(house, "ana@x.example\r\nBcc: all@x.example")
    assert not Message.objects.exists()


def test_a_suppressed_address_gets_no_service_mail_either(house):
    from esmero.people.addresses.suppression import suppress

    suppress("ana@cliente.example", reason="returned", scope="all", at=timezone.now(), evidence="test")
    row = write_to(house)
    send_all()
    row.refresh_from_db()
    assert row.state == Message.State.REFUSED
    assert row.verdict


def test_it_waits_until_its_time(house):
    row = write_to(house, not_before=timezone.now() + timedelta(hours=1))
    send_all()
    row.refresh_from_db()
    assert row.state == Message.State.PLANNED
    Message.objects.update(due_at=timezone.now())
    send_all()
    row.refresh_from_db()
    assert row.state == Message.State.SENT


def test_a_held_message_leaves_when_a_person_approves_it(house):
    held, other = write_to(house, held=True), write_to(house, held=True)
    send_all()
    held.refresh_from_db()
    assert held.state == Message.State.HELD
    assert close_finished(now=timezone.now() + STANDING_IDLE * 2) == []
    assert approve_held(held, by="Lucía", now=timezone.now())
    assert cancel_posted(other, by="Lucía")
    assert not approve_held(other, by="Lucía", now=timezone.now())
    send_all()
    assert {row.pk: row.state for row in Message.objects.all()} == {held.pk: "sent", other.pk: "cancelled"}


def test_a_held_message_that_waits_for_a_time_waits_for_it_after_the_approval_too(house):
    time = timezone.now() + timedelta(days=2)
    row = write_to(house, held=True, not_before=time)
    assert approve_held(row, by="Lucía", now=timezone.now())
    send_all()
    row.refresh_from_db()
    assert (row.state, row.due_at) == (Message.State.PLANNED, time)


def test_it_is_cancelled_until_it_is_claimed(house):
    row, claimed = write_to(house), write_to(house)
    Message.objects.filter(pk=claimed.pk).update(state=Message.State.CLAIMED, claimed_by="w")
    assert cancel_posted(row, by="Lucía")
    assert not cancel_posted(claimed, by="Lucía")
    assert set(Message.objects.values_list("pk", "state")) == {(row.pk, "cancelled"), (claimed.pk, "claimed")}


def test_content_with_a_term_is_blanked_and_what_has_not_left_is_cancelled(house):
    user = User.objects.create_user("lucia@fibranorte.example", password=None, name="Lucía")
    row = post(STAFF_INVITATION, ToStaff(user), WrittenText(subject="s", text="secret link"), brand=house.brand)
    assert expire_content([row.pk], now=timezone.now()) == 0
    assert expire_content([row.pk], now=timezone.now() + timedelta(days=2)) == 1
    row.refresh_from_db()
    assert (row.state, row.content, row.content_until) == (Message.State.CANCELLED, None, None)
    assert row.trouble


def test_content_whose_term_is_over_does_not_leave(house):
    user = User.objects.create_user("lucia@fibranorte.example", password=None, name="Lucía")
    row = post(STAFF_INVITATION, ToStaff(user), WrittenText(subject="s", text="secret link"), brand=house.brand)
    Message.objects.update(content_until=timezone.now())
    send_all()
    row.refresh_from_db()
    assert row.state == Message.State.GAVE_UP
    assert "a time that is over" in row.trouble


def test_nobody_gets_it_twice_by_a_copy(house):
    cc = ("Ana@cliente.example", "jefe@cliente.example", "Jefe@CLIENTE.example")
    text = WrittenText(subject="s", text="t", cc=cc)
    post(ANSWER, ToAddress("ana@cliente.example", ground="test"), text, brand=house.brand, reason=REASON)
    assert sorted(Message.objects.values_list("address", flat=True)) == ["ana@cliente.example", "jefe@cliente.example"]


def test_a_disk_that_does_not_answer_costs_time_and_no_message(house, monkeypatch):
    file = seal(b"%PDF", kind="test", media_type="application/pdf")
    row = write_to(house, attachments=[AttachedFile(file.pk, "factura.pdf")])

    def fail(_file):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("esmero.mailroom.composing.attachments.read", fail)
    send_all()
    row.refresh_from_db()
    assert row.state == Message.State.WAITING
    assert row.due_at > timezone.now()


def test_a_promotion_that_is_not_wanted_is_left_out_whatever_the_class(house):
    commercial = MessageKind(name="test-offer", message_class=MessageClass.COMMERCIAL)
    person = add_people(house, 1)[0]
    rows = [
        post(
            commercial, ToPerson(person), FilledTemplate(house.version, promotion=wanted), brand=house.brand,
            topic=house.topic, reason=REASON,
        )
        for wanted in (True, False)
    ]  # fmt: skip
    assert [row.dispatch.includes_promotion(content=row.content, promotion="") for row in rows] == [True, False]


def test_a_thread_with_copies_reaches_each_reader_once_with_the_same_headers(house):
    text = WrittenText(
        subject="Re: Línea",
        text="Ya está.\n.oculto\n",
        cc=("jefe@cliente.example", "abogada@cliente.example"),
        in_reply_to="<2@cliente.example>",
        references=("<1@cliente.example>", "not an id\r\nX: y"),
    )
    row = post(
        ANSWER, ToAddress("ana@cliente.example", ground="conversation 1"), text, brand=house.brand, reason=REASON
    )
    send_all()
    mails = [captured(f"{name}@cliente.example") for name in ("ana", "jefe", "abogada")]
    assert {mail["Message-ID"] for mail in mails} == {f"<{row.opaque}@fibranorte.example>"}
    assert {mail["To"] for mail in mails} == {"ana@cliente.example"}
    assert {mail["Cc"] for mail in mails} == {"jefe@cliente.example, abogada@cliente.example"}
    assert mails[1]["In-Reply-To"] == "<2@cliente.example>"
    assert mails[1]["References"].split() == ["<1@cliente.example>", "<2@cliente.example>"]
    assert mails[1].get_content().splitlines() == ["Ya está.", ".oculto"]
    assert mails[1]["Auto-Submitted"] is None, "a person wrote it"
    assert Captured.objects.count() == 3
    assert len(set(Captured.objects.values_list("return_path", flat=True))) == 3, "each returns for itself"


ORIGINAL = b"From: x@y.example\r\nSubject: hi\r\n\r\n.dot\r\nand  two  blanks \r\n"
FILES = {
    "factura ñ.pdf": (bytes(range(256)) * 300, "application/pdf"),
    "original.eml": (ORIGINAL, "message/rfc822"),
    "eight.eml": (ORIGINAL.replace(b"two", "dós".encode()), "message/rfc822"),
    "nested.eml": (ORIGINAL + b"--=_esmero_mixed\r\n", "message/rfc822"),
    "empty.txt": (b"", "text/plain"),
}


@pytest.mark.parametrize("written", [True, False])
def test_attachments_arrive_as_they_are_stored_and_the_signature_holds(house, written):
    Brand.objects.update(dkim_domain="fibranorte.example", dkim_selector="s1")
    Relay.objects.update(relay_signs=False)
    house.brand.refresh_from_db()
    attached = [
        AttachedFile(seal(content, kind="test", media_type=media).pk, name) for name, (content, media) in FILES.items()
    ]
    content = WrittenText(subject="s", text="t") if written else FilledTemplate(house.version, {"given_name": "Ana"})
    to = ToAddress("ana@cliente.example", ground="test")
    row = post(ANSWER, to, content, brand=house.brand, attachments=attached)
    octets = octets_of(row)
    mail = message_from_bytes(octets, policy=default)
    parts = list(mail.iter_attachments())
    assert [part.get_content_type() for part in parts] == [
        "application/pdf", "message/rfc822", "application/octet-stream", "application/octet-stream", "text/plain",
    ]  # fmt: skip
    assert parts[0].get_filename() == "factura ñ.pdf"
    assert parts[0].get_content() == FILES["factura ñ.pdf"][0]
    assert parts[1].get_content()["Subject"] == "hi"
    assert parts[2].get_content() == FILES["eight.eml"][0]
    assert parts[3].get_content() == FILES["nested.eml"][0]
    assert mail.get_body(("plain",)) is not None
    assert not mail.defects
    key = public_key(create_dkim_key(settings.HOME, domain="fibranorte.example", selector="s1"))
    assert dkim.verify(octets, dnsfunc=lambda *_a, **_k: f"v=DKIM1; k=rsa; p={key}".encode())
    assert max(map(len, octets.split(b"\r\n"))) <= 998


def test_an_attachment_that_is_gone_is_named_and_the_others_leave(house):
    files = [seal(bytes([n]) * 9, kind="test", media_type="application/pdf") for n in range(2)]
    rows = [write_to(house, attachments=[AttachedFile(one.pk, "factura.pdf")]) for one in files]
    path_of(files[0].sha256).unlink()
    send_all()
    lost, sent = [Message.objects.get(pk=row.pk) for row in rows]
    assert (lost.state, sent.state) == (Message.State.GAVE_UP, Message.State.SENT)
    assert "factura.pdf" in lost.trouble


def test_large_attachments_leave_in_small_parts(house):
    shared = seal(b"x" * (WIRE_OCTETS // 2), kind="test", media_type="application/pdf")
    rows = [write_to(house, f"p{n}@c.example", attachments=[AttachedFile(shared.pk, "a.pdf")]) for n in range(5)]
    send_all()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert len(render_posted(rows[0]).body) > WIRE_OCTETS // 2
