"""Every flow of the guide (docs/guide) by keyboard alone: Tab, Enter, Space, arrows, typing and our own keys."""

import os
import threading

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import expect

from esmero.campaigns.models import Campaign
from esmero.conversations.models import Conversation
from esmero.imports.models import Import
from esmero.outbox.models import Relay
from esmero.people.models import Address, Permission, PermissionEntry
from esmero.rounds.worker import run_worker
from esmero.work.stop_signal import StopSignal
from tests.web.browser import open_browser, open_page
from tests.web.facts import furnish, staff
from tests.web.keyboard import Keyboard

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo"),
]  # fmt: skip

LIST = "Correo;Nombre;Newsletter\nzoe@cliente.example;Zoé;yes\nleo@cliente.example;Leo;no\nno es;Nadie;yes\n"


@pytest.fixture(scope="module", autouse=True)
def _django_beside_playwright():
    """Playwright's loop runs in this thread; Django would take it for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def house():
    console = furnish(rows=2)
    Relay.objects.update(kind="capture")  # what is sent goes its whole way, into the catcher
    return console


@pytest.fixture
def keys(house, live_server):
    """A keyboard before Today, signed in by keyboard too; at the end nothing was complained of."""
    user = staff()
    with open_browser() as browser, open_page(browser, live_server.url, path="/console/") as (page, complaints):
        keys = Keyboard(page)
        keys.fill("Email", user.email)
        keys.tab_to("textbox", "Password")
        keys.type("a-long-password")
        keys.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Lucía")
        yield keys
        assert complaints == []


def work():
    """Do what waits, as the worker does."""
    done = threading.Thread(target=_run_worker)  # not in this thread: Playwright has a loop in it
    done.start()
    done.join()


def _run_worker():
    try:
        run_worker(home=settings.HOME, worker="w", stop=StopSignal(), until_idle=True)
    finally:
        connections.close_all()


def headed(keys, words):
    expect(keys.page.get_by_role("heading", level=1)).to_contain_text(words)


def test_a_first_campaign(keys):
    page = keys.page
    keys.call_up("Segments")
    keys.go(".")
    headed(keys, "New segment")
    keys.act("Add a condition")
    expect(page.locator("#what_n1")).to_be_focused()
    keys.pick("Given name")
    keys.fill("Value", "Nombre0")
    keys.press("Tab")
    expect(page.locator("#tree-sentence")).to_contain_text("Nombre")
    keys.fill("Name", "Los de aquí")
    keys.press("Enter")
    headed(keys, "Los de aquí")
    write_a_letter(keys)
    keys.call_up("New message")
    keys.fill("Name", "Otoño")
    keys.choose("Topic", "Novedades")
    keys.choose("Template", "Carta de otoño", exact=False)
    keys.choose("To whom", "Los de aquí", exact=False)
    keys.fill("Why is it worth their time? (Spanish)", "es cliente")
    keys.press("Enter")
    headed(keys, "Otoño")
    keys.submit("See who would get it")
    expect(page.locator("#live")).to_contain_text("Asking the gate")
    work()
    expect(page.locator("#live")).to_contain_text("1 person would get it")
    send(keys)


def write_a_letter(keys):
    page = keys.page
    keys.call_up("New template")
    keys.fill("Name", "Carta de otoño")
    keys.tab_to("radio", "As a letter", exact=False)
    keys.submit("Go on to the letter")
    keys.fill("Subject", "Ya es otoño")
    keys.fill("Preview line", "Pase a verlo", exact=False)
    keys.tab_to("textbox", "The letter")
    keys.type("Hola ")
    keys.act("Field", back=True)
    keys.tab_to("textbox", "For whoever has none")
    keys.type("cliente")
    keys.press("Enter")
    expect(page.get_by_role("textbox", name="The letter")).to_be_focused()
    keys.type(": ya es otoño.")
    keys.press("Enter")
    keys.act("Button", back=True)
    expect(page.get_by_role("textbox", name="Words on it")).to_be_focused()
    keys.type("Ver")
    keys.fill("Address", "https://fibranorte.example/ver")
    keys.press("Enter")
    keys.submit("Check and save as a new version")
    expect(page.get_by_text("Version 1 is kept.")).to_be_visible()


def send(keys):
    page = keys.page
    keys.follow("Send yourself a test first")
    keys.tab_to("textbox", "Address")
    keys.submit("Send the test")
    expect(page.get_by_text("The test is on its way to owner@fibranorte.example.")).to_be_visible()
    keys.act("Send to 1 person")
    keys.say_yes("Send it to 1 person now?")
    expect(page.locator("#live")).to_contain_text("Writing down each message")
    work()
    headed(keys, "Otoño")
    expect(page.locator("header.page-head")).to_contain_text("done")
    campaign = Campaign.objects.get(name="Otoño")
    assert campaign.state == "done"
    keys.follow("People 1", exact=False)
    keys.press("j")
    expect(page.locator("tbody tr").first.locator(":focus")).to_have_count(1)
    keys.follow("Why")
    headed(keys, "The message for Nombre")


@pytest.mark.long
def test_bringing_a_list(keys, tmp_path):
    page = keys.page
    file = tmp_path / "lista.csv"
    file.write_text(LIST)
    keys.call_up("Import a list")
    keys.tab_to("button", "File")
    page.locator(":focus").set_input_files(file)  # the system's own dialog is not ours to type into
    keys.submit("Read the file")
    headed(keys, "lista.csv")
    keys.choose("Nombre", "Given name")
    keys.choose("Newsletter", "Consent: yes")
    keys.tick("I confirm", exact=False)
    keys.choose("Topic of the consent", "Novedades", exact=False)
    keys.fill("Where is this list from?", "Mostrador")
    keys.submit("See what would happen")
    expect(page.get_by_text("Looking at each line")).to_be_visible()
    work()
    expect(page.get_by_text("A dry run: nothing has been changed yet.")).to_be_visible()
    keys.follow("refused 1", exact=False)
    expect(page.locator("tbody tr")).to_have_count(1)
    keys.submit("Bring in 2 lines")
    expect(page.get_by_text("Bringing in line by line")).to_be_visible()
    work()
    expect(page.get_by_text("Brought in.")).to_be_visible()
    assert Import.objects.latest("id").counts["added"] == 2
    assert Permission.objects.get(person__address__value="zoe@cliente.example").state == "granted"
    keys.follow("Download the refused lines, to mend and bring again")
    keys.tab_to("textbox", "What is the file for?")
    keys.type("to mend them")
    keys.tab_to("button", "Get the file")
    with page.expect_download() as fetched:
        keys.press("Enter")
    assert fetched.value.suggested_filename == "lista-refused.csv"


@pytest.mark.long
def test_permissions(keys):
    page = keys.page
    keys.call_up("People")
    keys.search("nombre0")
    expect(page.locator("tbody tr")).to_have_count(1)
    keys.follow("Nombre0", exact=False)
    headed(keys, "Nombre0")
    hear_a_word(keys)
    make_a_form(keys)
    answer_a_request(keys)


def hear_a_word(keys):
    """A colleague writes down what was said; on the person's page one press shows the proof."""
    page = keys.page
    keys.follow("Record what they said")
    keys.tab_to("radio", "They allow it")
    keys.press("ArrowDown")  # they take it back
    keys.choose("Topic", "Novedades")
    keys.fill("Where and how", "Por teléfono con Lucía", exact=False)
    keys.submit("Save")
    headed(keys, "Nombre0")
    entry = PermissionEntry.objects.latest("id")
    assert (entry.act, entry.source) == ("withdrawn", "Por teléfono con Lucía")
    keys.open_up("Novedades")
    expect(page.locator("details[open]")).to_contain_text("Por teléfono con Lucía")


def make_a_form(keys):
    page = keys.page
    keys.call_up("Forms")
    keys.go(".")
    headed(keys, "New form")
    keys.fill("Name", "Mostrador")
    keys.fill("Last part of its address", "mostrador")
    keys.tick("Novedades")
    keys.fill("Title (Spanish)", "Novedades")
    keys.fill("What they agree to (Spanish)", "Sí, quiero novedades.")
    keys.submit("Save")
    headed(keys, "Mostrador")
    keys.press(".")
    expect(page.locator("header.page-head")).to_contain_text("open")


def answer_a_request(keys):
    page = keys.page
    keys.call_up("Data requests")
    keys.press("j")
    keys.go()
    headed(keys, "asks to be erased")
    keys.act("Erase this person")
    keys.say_yes("This cannot be taken back.")
    expect(page.locator("main")).to_contain_text("The answer")


@pytest.mark.long
def test_what_comes_back(keys):
    page = keys.page
    keys.call_up("Returns")
    for tab in ("Each return", "Words", "Complaints", "Absences", "Mail that arrived", "Addresses"):
        keys.follow(tab)
        expect(page.locator("nav.tabs [aria-current=page]")).to_have_text(tab)
    silent = Address.objects.get(standing="suppressed")
    keys.search(silent.value)
    expect(page.locator("tbody tr")).to_have_count(1)
    keys.tick("Tick all on this page")
    keys.open_up("Lift the silence")
    keys.press("ArrowDown")
    expect(page.get_by_label("Reason, for the audit log")).to_be_focused()
    keys.type("Escribió desde ahí")
    keys.submit("Lift the silence")
    expect(page.get_by_text("1 address may be written to again.")).to_be_visible()
    silent.refresh_from_db()
    assert silent.standing == "ok"
    keys.call_up("Conversations")
    keys.press("j")
    keys.go()
    headed(keys, "Re: Novedades")
    keys.submit("I have answered")
    assert Conversation.objects.filter(state="theirs").count() == 1
