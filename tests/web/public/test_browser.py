import os
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from esmero.asks.bot_guard import is_solved, read_stamp
from esmero.asks.models import Submission
from esmero.grants.models import Grant
from esmero.house.models import Brand
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Message
from esmero.people.models import PermissionEntry, Person, Preference, Topic
from esmero.people.permissions.decisions import find_permitted
from esmero.rendering.tokens import TokenPurpose
from esmero.rounds.delivery import deliver_due
from tests.asks.facts import open_form
from tests.grants.facts import path_of
from tests.mailroom.inbound import send_one
from tests.web.browser import open_browser
from tests.web.document import read_document
from tests.web.looking import find_violations
from tests.web.public.every import furnish_readers
from tests.web.public.test_every import faulty, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def _django_beside_playwright():
    """Playwright's loop runs in this thread; Django would take it for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture
def sent():
    sent = send_one()
    PermissionEntry.objects.update(
        wording="Escríbanme como mucho una vez al mes con novedades", source="formulario web"
    )
    texts = {"es": "Estrenos y canales nuevos", "fr": "Nouveautés", "en": "New channels"}
    name, purpose = {"es": "Televisión"}, sent.house.topic.purpose
    Topic.objects.create(brand=sent.house.brand, code="tv", name=name, description=texts, purpose=purpose)
    return sent


HOST = "http://localhost"
LOOKS = (((360, "light"), (1280, "dark")), ((360, "dark"), (1280, "light")))  # in turn; all four with SIZE=full
FULL = os.environ.get("SIZE") == "full"
YELLOW = "#ffdd00"  # nobody can read it: the page corrects it
COLOURED = {"unsubscribe", "preferences", "why", "form-faults", "data", "archive"}  # the parts that take the colour
LANGUAGES = ("es", "fr", "en")


def print_pages(colour):
    """Give (name, language, status, headers, body) of every page of the list, and what those pages ask for beside."""
    client = Client()
    outside = furnish_readers()
    Brand.objects.update(colour=colour)
    pages, beside = [], {}
    for place, page in enumerate(outside.pages.values()):
        language = LANGUAGES[place % len(LANGUAGES)]
        answer, content = look(client, page, language=language)
        if page.kind == "page":
            pages.append((page.name, language, answer.status_code, dict(answer.headers), content))
        else:
            beside[page.path] = (answer.status_code, dict(answer.headers), content)
    pages += [
        (name, language, int(name), {"Content-Type": "text/html"}, document.markup.encode())
        for name, language, document in faulty()
    ]
    for address in {address for *_, body in pages for address in read_document(body).resources()}:
        if address.startswith("/static/"):
            answer = client.get(address)
            beside[address] = (answer.status_code, dict(answer.headers), b"".join(answer.streaming_content))
    if colour == YELLOW:
        pages = [page for page in pages if page[0] in COLOURED]
    return pages, beside


@pytest.mark.parametrize("colour", ["#0e5c59", YELLOW], ids=["ink", "a yellow that nobody can read"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(colour):
    """Each page in both themes and at both widths, printed before the browser is opened: it needs no server."""
    pages, beside = print_pages(colour)
    findings, now = [], {}

    def answer(route):
        path = route.request.url.removeprefix(HOST)
        status, headers, body = now.get(path) or beside.get(path.partition("?")[0]) or (404, {}, b"")
        if not route.request.url.startswith(f"{HOST}/"):
            findings.append((now["name"], "asks", route.request.url))
        kept = {
            name: value for name, value in headers.items() if name.lower() not in {"content-length", "content-encoding"}
        }
        route.fulfill(status=status, headers=kept, body=body)

    with open_browser() as browser:
        _walk(browser, pages, answer=answer, now=now, findings=findings)
    assert not findings, "\n".join(map(str, findings))


def _walk(browser, pages, *, answer, now, findings):
    page = browser.new_page(reduced_motion="reduce")
    page.on("console", lambda said: findings.append((now["name"], said.text)) if "status of" not in said.text else None)
    page.on("pageerror", lambda fault: findings.append((now["name"], str(fault))))
    page.route("**/*", answer)
    for place, (name, language, status, headers, body) in enumerate(pages):
        now.clear()
        now.update({"name": name, f"/{place}": (status, headers, body)})
        page.goto(f"{HOST}/{place}")
        for width, scheme in (*LOOKS[0], *LOOKS[1]) if FULL else LOOKS[place % 2]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            where = (name, language, width, scheme)
            findings += [(*where, *found) for found in find_violations(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                findings.append((*where, "scrolls sideways"))


def test_leaving_works_without_javascript(browser, live_server, sent):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{live_server.url}/w/{sent.token(TokenPurpose.WHY)}?lang=fr")
    page.locator(".ways a").nth(1).click()
    assert page.locator("html").get_attribute("lang") == "fr"
    page.locator("input[value='too-often']").check()
    page.locator("button[value='leave']").click()
    page.locator("button[value='undo']").wait_for()
    message = Message.objects.get()
    ids = {"brand": sent.house.brand.pk, "purpose": sent.house.topic.purpose_id, "topic": sent.house.topic.pk}
    assert not find_permitted([message.person_id], **ids)
    page.locator("button[value='undo']").click()
    page.locator("button[value='leave']").wait_for()
    assert find_permitted([message.person_id], **ids)
    assert context.cookies() == []
    context.close()


def test_the_whole_way_works_without_javascript(browser, live_server):
    """From the form to the data that are erased, by the buttons alone."""
    house, _form = open_form()
    Topic.objects.create(brand=house.brand, code="tv", name={"es": "Televisión"}, purpose=house.topic.purpose)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/s/boletin")
    page.get_by_label("Your e-mail address").fill("ana@")
    page.get_by_role("button", name="Sign up").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Your e-mail address").fill("ana@cliente.example")
    page.get_by_label("Given name").fill("Ana")
    page.get_by_label("Novedades").check()
    page.get_by_label("Fibra Norte may write").check()
    with time_machine.travel(timezone.now() + timedelta(seconds=20), tick=True):
        page.get_by_role("button", name="Sign up").click()
        page.get_by_role("heading", name="Please look into your mailbox").wait_for()
    row = Submission.objects.get()
    signer, today = open_signer(), day_of(timezone.now())
    page.goto(f"{live_server.url}/o/{signer.sign(TokenPurpose.CONFIRM, row.pk, day=today)}")
    assert not Person.objects.exists()
    page.get_by_role("button").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    person = Person.objects.get()
    [message] = Message.objects.filter(person=person)
    page.goto(f"{live_server.url}/f/{signer.sign(TokenPurpose.PREFERENCES, message.pk, day=today)}?lang=en")
    page.locator(f"label:has(input[name='topic-{house.topic.pk}'][value='monthly'])").click()
    page.get_by_label("Pause").select_option("3")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").filter(has_text="Kept.").wait_for()
    assert Preference.objects.get(topic=house.topic).minimum_gap_days == 30
    page.get_by_role("link", name="See it, correct it").click()
    page.get_by_role("button", name="Send the link").click()
    page.get_by_role("status").filter(has_text="mailbox").wait_for()
    deliver_due("w")
    page.goto(f"{live_server.url}{path_of(Grant.objects.get(purpose='data-access'))}?lang=en")
    page.get_by_label("Family name").fill("Güell")
    page.get_by_role("button", name="Correct it").click()
    page.get_by_role("status").filter(has_text="Corrected").wait_for()
    assert Person.objects.get().family_name == "Güell"
    page.get_by_label("New e-mail address").fill("otra@cliente.example")
    page.get_by_role("button", name="Send a link there").click()
    page.get_by_role("status").filter(has_text="new mailbox").wait_for()
    page.goto(f"{live_server.url}{path_of(Grant.objects.get(purpose='address-change'))}?lang=en")
    page.get_by_role("button").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert Person.objects.get().address.value == "otra@cliente.example"
    page.goto(f"{live_server.url}{path_of(Grant.objects.get(purpose='data-access'))}?lang=en")
    page.get_by_label("Yes, erase").check()
    page.get_by_role("button", name="Erase it").click()
    page.get_by_role("heading", name="Erased").wait_for()
    assert Person.objects.get().state == "erased"
    assert context.cookies() == []
    context.close()


def test_where_script_runs_the_riddle_is_solved_for_the_address_that_is_sent(browser, live_server):
    house, form = open_form()
    page = browser.new_page(locale="en-GB")
    page.goto(f"{live_server.url}/s/boletin")
    page.get_by_label("Novedades").check()
    page.get_by_label("Fibra Norte may write").check()
    page.get_by_label("Your e-mail address").fill("ana@cliente.example")
    with page.expect_request(lambda asked: asked.method == "POST") as sent:
        page.get_by_label("Your e-mail address").press("Enter")  # before anything was solved beforehand
    page.get_by_role("heading", name="Please look into your mailbox").wait_for()
    post = {name: values[0] for name, values in parse_qs(sent.value.post_data, keep_blank_values=True).items()}
    assert is_solved(post["stamp"], post["answer"], address="ana@cliente.example")
    assert read_stamp(post["stamp"], slug=form.slug)
    assert post["topics"] == str(house.topic.pk)
