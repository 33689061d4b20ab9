"""Letters on paper from `post` to the return of the envelope; the PDF is read back by Poppler."""

import csv
import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from esmero.content.versions import add_version, create_template
from esmero.house.models import Happening
from esmero.mailroom.composing.letters import reprint
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.sending import print_batches
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.claims import LEASE, claim_messages
from esmero.outbox.journal_recovery import ABSENT_AFTER, settle_absent
from esmero.outbox.ledger import close_finished
from esmero.outbox.letters.batches import discard_batch, post_batch
from esmero.outbox.letters.numbers import write_number
from esmero.outbox.letters.returns import LetterReturnReason, record_return, undo_return
from esmero.outbox.models import Dispatch, Message, MessageEvent, PrintBatch
from esmero.outbox.posting.content import AttachedFile, FilledTemplate, ToAddress, ToStaff, WrittenText
from esmero.outbox.posting.decisions import cancel_posted
from esmero.outbox.posting.post import post
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.people.models import Channel, ContactPoint, CustomField, Permission
from esmero.refusal import InvalidValue, Refusal
from esmero.rendering.templates.compile import TemplateSource
from esmero.rounds.worker import run_sender
from esmero.vault.files import path_of, read
from esmero.work.models import Job
from esmero.work.stop_signal import StopSignal
from tests.house_facts import build_house
from tests.letters import (
    INVOICE,
    OFFER,
    REASON,
    add_neighbours,
    allow_letters,
    make_batch,
    run_print_job,
    write_letters,
)
from tests.printed import read_pages, read_words

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MJML = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Hola {{ given_name }}, su tarifa es {{ tariff }}.</mj-text>
<mj-text>Vea <a href="https://fibranorte.example/tarifas">las tarifas</a>.</mj-text>
</mj-column></mj-section></mj-body></mjml>"""


@pytest.fixture
def house():
    return build_house(kind="capture")


@pytest.fixture
def version(house):
    CustomField.objects.create(key="tariff", label={"es": "Tarifa"}, kind="text")
    template = create_template("Tarifa", brand=house.brand)
    source = TemplateSource(language="es", subject="Su tarifa, {{ given_name }}", preheader="", mjml=MJML)
    return add_version(template, texts=[source], fields=known_fields())


def send_mail():
    sender = Sender(home=settings.HOME, worker="w", schedule=RetrySchedule(()), helo="esmero.test")
    run_sender(sender, stop=StopSignal(), until_idle=True)


def read_table(batch):
    return list(csv.DictReader(io.StringIO(read(batch.csv).decode("utf-8-sig"))))


def states():
    return sorted(Message.objects.values_list("state", flat=True))


def test_a_letter_goes_from_the_call_to_the_envelope(house):
    people = add_neighbours(house, 3)
    letters = write_letters(house, people)
    assert {one.address for one in letters} == {
        f"Nombre{n} Güell\nCalle Mayor {n}\n28013 Madrid" for n in range(3)
    }  # no country: it is the sender's
    batch = make_batch(house)
    assert (batch.state, batch.letters, batch.pages) == ("printed", 3, 3)
    assert states() == ["printed"] * 3
    pages = read_pages(read(batch.pdf))
    table = read_table(batch)
    assert len(pages) == 3
    for person, letter, page, line in zip(people, letters, pages, table, strict=True):
        assert f"Nombre{person.address.value[7]} Güell" in page
        assert "Su factura" in page
        assert "Recibe esta carta porque: Es cliente de Fibra Norte" in " ".join(page.split())
        assert write_number(letter.pk) in page
        assert line["number"] == write_number(letter.pk)
        assert (line["person"], line["line 1"], line["pages"]) == (person.number, letter.address.split("\n")[0], "1")
    now = timezone.now()
    assert post_batch(batch, by="test", now=now) == 3
    assert set(Message.objects.values_list("state", "sent_at", "due_at")) == {("sent", now, None)}


def test_the_sender_of_mail_leaves_letters_alone(house):
    write_letters(house, add_neighbours(house, 2))
    send_mail()
    assert states() == ["planned"] * 2
    dispatch = Dispatch.objects.get()
    assert (dispatch.relay_id, dispatch.channel) == (None, Channel.POST)


def test_addresses_are_read_in_bulk(house):
    people = add_neighbours(house, 40)
    with CaptureQueriesContext(
        connection,
    ) as few:
        write_letters(house, people[:2])
    with CaptureQueriesContext(connection) as many:
        write_letters(house, people[2:])
    assert len(many) <= len(few)


@pytest.mark.parametrize("many", [4, 40])
def test_printing_costs_a_fixed_number_of_queries(house, version, many):
    write_letters(house, add_neighbours(house, many), content=FilledTemplate(version, {"tariff": "12 €"}))
    batch = print_batches.request_batch(house.brand, both_sides=False, by="test")
    with CaptureQueriesContext(connection) as queries:
        run_print_job(batch)
    assert len(queries) < 60


def test_nobody_without_a_usable_address_gets_one(house):
    people = add_neighbours(house, 3)
    ContactPoint.objects.filter(person=people[0]).update(usable=False)
    ContactPoint.objects.filter(person=people[1]).delete()
    letters = write_letters(house, people)
    assert [one.address != "" for one in letters] == [False, False, True]
    batch = make_batch(house)
    assert batch.letters == 1
    refused = Message.objects.filter(state="refused")
    assert {one.verdict.split(":")[0][:3] for one in refused} == {"G02"}
    assert refused.count() == 2


def test_the_gate_asks_for_the_permission_of_the_post(house):
    """Permission for mail is none for letters, and the profile's bases for post count."""
    people = add_neighbours(house, 4)
    allow_letters(house, people[1:3])
    allow_letters(house, people[3:], basis="contract")
    write_letters(house, people, kind=OFFER)
    Permission.objects.filter(person=people[2], channel=Channel.POST).update(
        withdrawn_at=timezone.now(), state="withdrawn"
    )
    batch = make_batch(house)
    assert batch.letters == 1
    assert Message.objects.get(state="printed").person == people[1]
    assert not Message.objects.filter(state="refused", verdict="").exists()
    (page,) = read_pages(read(batch.pdf))
    told = " ".join(page.split())
    assert "+34 910 000 000" in told
    assert "Calle Mayor 1, 28013 Madrid" in told


def test_an_address_that_changed_while_the_letter_waited_is_used(house):
    (person,) = add_neighbours(house, 1)
    write_letters(house, [person])
    facts = {"street": "Rúa Nova 5", "postal_code": "15001", "city": "A Coruña", "country": "ES"}
    ContactPoint.objects.filter(person=person).update(facts=facts)
    batch = make_batch(house)
    assert "15001 A Coruña" in read_pages(read(batch.pdf))[0]
    assert Message.objects.get().address == "Nombre0 Güell\nRúa Nova 5\n15001 A Coruña"


def test_abroad_the_country_stands_in_capitals_in_the_senders_language(house):
    (person,) = add_neighbours(house, 1)
    facts = {"street": "10 rue Neuve", "postal_code": "75002", "city": "Paris", "country": "FR"}
    ContactPoint.objects.filter(person=person).update(facts=facts)
    (letter,) = write_letters(house, [person])
    assert letter.address.split("\n")[-1] == "FRANCIA"


def test_a_template_gives_its_text_without_the_links_of_mail(house, version):
    people = add_neighbours(house, 2)
    values = {"tariff": "12 €"}
    write_letters(house, people, content=FilledTemplate(version, values))
    batch = make_batch(house)
    page = " ".join(read_pages(read(batch.pdf))[1].split())
    assert "Hola Nombre1, su tarifa es 12 €." in page
    assert "las tarifas (https://fibranorte.example/tarifas)" in page
    for words in ("/u/", "/w/", "Unsubscribe", "Darse de baja"):
        assert words not in page
    assert Message.objects.get(person=people[1]).filled == {"given_name": "Nombre1", "tariff": "12 €"}


def test_what_was_printed_can_be_printed_again_later(house, version):
    (person,) = add_neighbours(house, 1)
    write_letters(house, [person], content=FilledTemplate(version, {"tariff": "12 €"}))
    batch = make_batch(house)
    person.given_name = "Otra"
    person.save()
    ContactPoint.objects.filter(person=person).delete()
    message = Message.objects.select_related("dispatch__brand").get()
    again = reprint(message, at=batch.printed_at)
    assert read_words(again) == read_words(read(batch.pdf))


def test_letters_to_addresses_and_for_staff_have_rules_of_their_own(house):
    text = WrittenText(subject="s", text="t")
    to = ToAddress(" Ana Peña \nCalle Mayor 1\n\n28013 Madrid ", ground="submission 1")
    letter = post(INVOICE, to, text, brand=house.brand, channel=Channel.POST, reason=REASON)
    assert letter.address == "Ana Peña\nCalle Mayor 1\n28013 Madrid"
    facts = {"brand": house.brand, "channel": Channel.POST}
    with pytest.raises(ValueError, match="staff"):
        post(INVOICE, ToStaff(user=None), text, **facts)
    for wrong in (ToAddress("one line", ground="x"), ToAddress("\n".join("1234567"), ground="x")):
        with pytest.raises(InvalidValue, match="letter-address-does-not-fit"):
            post(INVOICE, wrong, text, **facts)
    with pytest.raises(InvalidValue, match="letter-with-attachments"):
        post(INVOICE, to, text, attachments=[AttachedFile(1, "x")], **facts)
    with pytest.raises(InvalidValue, match="letter-with-attachments"):
        post(INVOICE, to, WrittenText(subject="s", text="t", cc=("a@b.example",)), **facts)


def test_a_letter_that_the_font_cannot_show_is_given_up_by_name(house):
    people = add_neighbours(house, 2)
    people[0].given_name = "王小明"
    people[0].save()
    write_letters(house, people)
    batch = make_batch(house)
    assert batch.letters == 1
    assert "王 (U+738B)" in Message.objects.get(state="gave-up").trouble


def test_it_is_cancelled_until_it_is_claimed(house):
    people = add_neighbours(house, 2)
    first, second = write_letters(house, people)
    assert cancel_posted(first, by="test")
    make_batch(house)
    second.refresh_from_db()
    assert not cancel_posted(second, by="test")
    assert states() == ["cancelled", "printed"]


def test_held_and_later_letters_wait(house):
    people = add_neighbours(house, 3)
    write_letters(house, people[:1], held=True)
    write_letters(house, people[1:2], not_before=timezone.now() + timedelta(days=1))
    write_letters(house, people[2:])
    assert make_batch(house).letters == 1
    assert states() == ["held", "planned", "printed"]


def test_a_batch_without_letters_is_empty(house):
    batch = make_batch(house)
    assert (batch.state, batch.pdf) == ("empty", None)


def test_the_rest_of_many_letters_is_due_for_the_next_batch(house, monkeypatch):
    monkeypatch.setattr(print_batches, "MOST_LETTERS", 5)
    monkeypatch.setattr(print_batches, "CLAIM_SIZE", 2)
    write_letters(house, add_neighbours(house, 8))
    assert [make_batch(house).letters for _ in range(3)] == [5, 3, 0]


def test_two_who_press_print_make_one_batch(house):
    write_letters(house, add_neighbours(house, 2))
    first = print_batches.request_batch(house.brand, both_sides=False, by="a")
    assert print_batches.request_batch(house.brand, both_sides=False, by="b") == first
    assert Job.objects.filter(kind=print_batches.PRINT).count() == 1


@pytest.mark.parametrize("at", ["print_letters", "store", "seal", "mark_printed", "save_progress"])
def test_killed_anywhere_it_prints_each_letter_once(house, monkeypatch, at):
    """The exception is one that nothing handles, as of a process that dies: the job keeps its claim."""
    people = add_neighbours(house, 6)
    write_letters(house, people)
    batch = print_batches.request_batch(house.brand, both_sides=False, by="test")
    real = getattr(print_batches, at)
    calls = []

    def die(*given, **facts):
        calls.append(at)
        done = real(*given, **facts) if at in ("seal", "mark_printed", "store") else None
        if at != "save_progress" or len(calls) > 1:  # the first is that of the claim
            raise KeyboardInterrupt
        return real(*given, **facts) if done is None else done

    monkeypatch.setattr(print_batches, at, die)
    with pytest.raises(KeyboardInterrupt):
        run_print_job(batch)
    monkeypatch.setattr(print_batches, at, real)
    assert set(states()) == {"claimed"}
    assert PrintBatch.objects.get().state == "making"
    run_print_job(batch)  # the same worker again
    batch.refresh_from_db()
    assert (batch.state, batch.letters) == ("printed", 6)
    assert len(read_pages(read(batch.pdf))) == 6
    assert make_batch(house).state == "empty"


def test_letters_of_a_worker_that_never_comes_back_are_printed_by_another_batch(house, monkeypatch):
    people = add_neighbours(house, 3)
    write_letters(house, people)
    batch = print_batches.request_batch(house.brand, both_sides=False, by="test")
    monkeypatch.setattr(
        print_batches, "print_letters", lambda *_given, **_facts: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        run_print_job(batch)
    monkeypatch.undo()
    assert settle_absent(now=timezone.now() + LEASE + ABSENT_AFTER + timedelta(minutes=1)) == 3
    # Another batch has them; the first finds none when it comes back after all.
    PrintBatch.objects.filter(pk=batch.pk).update(state="discarded")
    other = make_batch(house)
    assert other.letters == 3
    run_print_job(batch)
    assert set(Message.objects.values_list("print_batch", flat=True)) == {other.pk}


def test_a_letter_that_another_took_is_in_no_batch(house, monkeypatch):
    """Lose a claim between layout and record: the whole batch is laid out again, without that letter."""
    people = add_neighbours(house, 3)
    letters = write_letters(house, people)
    real = print_batches.print_letters

    def lose(*given, **facts):
        Message.objects.filter(pk=letters[0].pk).update(claimed_by="another")
        return real(*given, **facts)

    batch = print_batches.request_batch(house.brand, both_sides=False, by="test")
    monkeypatch.setattr(print_batches, "print_letters", lose)
    job = run_print_job(batch)
    monkeypatch.undo()
    assert "lost 1 of its letters" in job.trouble
    assert job.state == "waiting"
    run_print_job(batch)
    batch.refresh_from_db()
    assert batch.letters == 2
    assert len(read_pages(read(batch.pdf))) == 2


def test_posted_twice_is_posted_once(house):
    write_letters(house, add_neighbours(house, 2))
    batch = make_batch(house)
    first = timezone.now()
    post_batch(batch, by="test", now=first)
    with pytest.raises(Refusal, match="print-batch-not-printed"):
        post_batch(batch, by="test", now=first + timedelta(days=1))
    with pytest.raises(Refusal, match="print-batch-closed"):
        discard_batch(batch, by="test", now=first)
    assert set(Message.objects.values_list("sent_at", flat=True)) == {first}
    batch.refresh_from_db()
    assert (batch.state, batch.posted_at) == ("posted", first)


def test_discarded_letters_are_printed_again_and_the_files_go(house):
    write_letters(house, add_neighbours(house, 2))
    batch = make_batch(house)
    files = [path_of(one.sha256) for one in (batch.pdf, batch.csv)]
    assert discard_batch(batch, by="test", now=timezone.now()) == 2
    assert [one.exists() for one in files] == [False, False]
    assert states() == ["planned"] * 2
    assert make_batch(house).letters == 2


def test_a_batch_in_the_making_can_be_given_up(house):
    write_letters(house, add_neighbours(house, 2))
    batch = print_batches.request_batch(house.brand, both_sides=False, by="test")
    claim_messages(
        worker=f"print batch {batch.pk}",
        dispatch_ids=list(Dispatch.objects.values_list("pk", flat=True)),
        now=timezone.now(),
    )
    assert discard_batch(batch, by="test", now=timezone.now()) == 2
    run_print_job(batch)
    assert states() == ["planned"] * 2


def test_printed_letters_keep_their_dispatch_open(house):
    write_letters(house, add_neighbours(house, 1))
    batch = make_batch(house)
    later = timezone.now() + timedelta(days=3)
    assert close_finished(now=later) == []
    post_batch(batch, by="test", now=later)
    assert len(close_finished(now=later)) == 1


def test_a_letter_that_came_back_is_found_by_its_number(house):
    people = add_neighbours(house, 2)
    letters = write_letters(house, people)
    batch = make_batch(house)
    number, now = write_number(letters[0].pk), timezone.now()
    with pytest.raises(Refusal, match="letter-not-posted"):
        record_return(number, reason=LetterReturnReason.MOVED, by="test", at=now)
    post_batch(batch, by="test", now=now)
    found = record_return(number, reason=LetterReturnReason.MOVED, by="test", at=now)
    assert found.message == letters[0]
    event = MessageEvent.objects.get()
    assert (event.kind, event.facts["letter"]) == ("returned-for-good", "moved")
    assert Happening.objects.filter(kind="message.bounced").count() == 1
    letters[0].refresh_from_db()
    assert (letters[0].state, letters[0].worst) == ("sent", Message.Worst.HARD_BOUNCE)
    assert list(ContactPoint.objects.order_by("pk").values_list("usable", flat=True)) == [False, True]
    with pytest.raises(Refusal, match="letter-returned-before"):
        record_return(number, reason=LetterReturnReason.MOVED, by="test", at=now)
    with pytest.raises(Refusal, match="letter-number-unknown"):
        record_return(f"{letters[0].pk}-{(int(number[-1]) + 1) % 10}", reason=LetterReturnReason.MOVED, by="t", at=now)
    # The next letter finds no address.
    write_letters(house, people[:1])
    assert make_batch(house).state == "empty"
    undo_return(found.undo, by="test")
    letters[0].refresh_from_db()
    assert (letters[0].worst, MessageEvent.objects.count()) == (Message.Worst.NOTHING, 0)
    assert ContactPoint.objects.filter(usable=False).count() == 0


def test_a_number_of_a_mail_is_no_number_of_a_letter(house):
    mail = post(INVOICE, ToAddress("a@b.example", ground="x"), WrittenText(subject="s", text="t"), brand=house.brand)
    with pytest.raises(Refusal, match="letter-number-unknown"):
        record_return(write_number(mail.pk), reason=LetterReturnReason.MOVED, by="test", at=timezone.now())


def test_another_address_than_the_one_that_was_used_stays(house):
    (person,) = add_neighbours(house, 1)
    (letter,) = write_letters(house, [person])
    post_batch(make_batch(house), by="test", now=timezone.now())
    facts = {"street": "Rúa Nova 5", "postal_code": "15001", "city": "A Coruña", "country": "ES"}
    ContactPoint.objects.filter(person=person).update(facts=facts)
    record_return(write_number(letter.pk), reason=LetterReturnReason.UNKNOWN, by="test", at=timezone.now())
    assert ContactPoint.objects.get(person=person).usable


def test_names_in_the_table_are_no_formulas(house):
    (person,) = add_neighbours(house, 1)
    person.given_name, person.number = "=HYPERLINK(1)", "+1"
    person.save()
    write_letters(house, [person])
    (line,) = read_table(make_batch(house))
    assert (line["line 1"], line["person"]) == ("'=HYPERLINK(1) Güell", "'+1")
