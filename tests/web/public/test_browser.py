import os

import pytest

from esmero.house.models import Brand
from esmero.outbox.models import Message
from esmero.people.models import PermissionEntry, Topic
from esmero.people.permission import find_permitted
from esmero.rendering.tokens import Purpose
from tests.mailroom.inbound import send_one
from tests.web.browser import open_browser, open_page

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


def paths(sent):
    pages = {purpose.name: f"/{purpose.value}/{sent.token(purpose)}" for purpose in Purpose if purpose.value in "uwf"}
    return {**pages, "forged": "/w/" + "a" * 40}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["#0e5c59", "#ffdd00"], ids=["ink", "a yellow that nobody can read"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, live_server, sent, scheme, colour):
    from axe_playwright_python.sync_playwright import Axe

    Brand.objects.update(colour=colour)
    findings = {}
    for name, path in paths(sent).items():
        with open_page(browser, live_server.url, path=path, width=360, scheme=scheme) as (page, complaints):
            if shots := os.environ.get("ESMERO_SHOTS"):
                page.screenshot(path=f"{shots}/public-{name}-{scheme}-{colour[1:]}.png", full_page=True)
            found = [
                (violation["id"], node["html"][:200], node.get("failureSummary", "")[:300])
                for violation in Axe().run(page).response["violations"]
                for node in violation["nodes"]
            ]
            told = [words for words in complaints if name != "forged" or "404" not in words]
            if found or told or page.evaluate("document.documentElement.scrollWidth") > 360:
                findings[name] = (found, told)
    assert findings == {}


def test_leaving_works_without_javascript(browser, live_server, sent):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{live_server.url}/w/{sent.token(Purpose.WHY)}?lang=fr")
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
