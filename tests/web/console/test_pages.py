import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esmero.mailroom.catcher_answers import ANSWERS
from esmero.web.console.catcher.captured_messages import WORDS
from tests.web.document import get_document, read_document
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.slow
def test_every_page_is_strict_and_asks_nobody_else(client):
    console = furnish()
    client.force_login(staff())
    for name, path in console.paths.items():
        response = client.get(path)
        assert response.status_code == 200, name
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy or name == "template-visual"  # what is drawn there sets styles as it goes
        assert "frame-ancestors 'none'" in policy
        page = read_document(response)
        assert page.find_forbidden() == [], name
        assert [address for address in page.resources() if not address.startswith("/")] == [], name
        assert page.count("h1") == 1, name


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_pages_speak_the_language_of_their_reader(client, language):
    console = furnish()
    client.force_login(staff(language=language))
    page = get_document(client, console.paths["today"])
    assert page.language == language
    assert page.text("nav [aria-current=page]") == {"es": "Hoy", "fr": "Aujourd’hui", "en": "Today"}[language]


def _queries(client, paths):
    counted = {}
    for name, path in paths.items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        counted[name] = len(queries)
    return counted


@pytest.mark.slow
def test_no_page_asks_once_per_row(client):
    few = furnish(rows=1)
    client.force_login(staff())
    with_one = _queries(client, few.paths)
    _empty()
    many = furnish(rows=3)
    client.force_login(staff())
    with_three = _queries(client, many.paths)
    assert with_three == with_one


def _empty():
    from django.core.management import call_command

    connection.check_constraints()
    call_command("flush", interactive=False, verbosity=0)


def test_the_letter_in_its_frame_can_do_nothing(client):
    console = furnish()
    client.force_login(staff())
    caught = get_document(client, console.paths["caught"])
    response = client.get(caught.attribute("iframe[sandbox]", "src"))
    policy = response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_every_answer_of_the_catcher_has_its_button():
    assert set(WORDS) == set(ANSWERS)


def test_without_the_demo_there_is_no_catcher(client, monkeypatch):
    from django.conf import settings

    console = furnish()
    client.force_login(staff())
    monkeypatch.setattr(settings.ESMERO, "demo", False)
    assert client.get(console.paths["catcher"]).status_code == 404
    assert "/console/catcher/" not in get_document(client, console.paths["today"]).links()


def test_a_house_without_brands_says_what_to_do_next(client):
    client.force_login(staff())
    for path in ("/console/", "/console/people/", "/console/campaigns/", "/console/conversations/", "/console/work/"):
        assert client.get(path).status_code == 200, path
    assert "/console/settings/brands/new/" in get_document(client, "/console/").links("main a")
