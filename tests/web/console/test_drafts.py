"""Drafts in the console: saved as one types, brought back with a note, ended by saving; told apart by windows."""

import os

import pytest

from esmero.content.models import Template, TemplateVersion
from esmero.house.models import Draft
from tests.web.browser import open_browser, sign_in
from tests.web.document import get_document, read_document
from tests.web.facts import furnish, staff

FIELDS = {"subject": "Asunto", "preheader": "Antes", "mjml": "<mjml>", "csrfmiddlewaretoken": "x", "other": "y"}


@pytest.fixture
def letter(demo):
    return furnish().house.version.template


def save(client, template, **facts):
    return client.post(f"/console/drafts/template/{template.pk}/es/", {**FIELDS, "draft_seen": "0", **facts})


@pytest.mark.django_db
def test_a_draft_is_kept_comes_back_and_ends_with_saving(client, letter):
    client.force_login(staff("manager"))
    assert save(client, letter).json()["seen"] == 1
    draft = Draft.objects.get()
    assert draft.content == {"subject": "Asunto", "preheader": "Antes", "mjml": "<mjml>"}
    assert draft.begun_from == letter.row_version
    page = client.get(f"/console/templates/{letter.pk}/?language=es")
    assert page.context["form"]["subject"].value() == "Asunto"
    assert "Your text is back." in read_document(page).notice()
    stale = save(client, letter, subject="Otro")
    assert stale.status_code == 409
    assert stale["Content-Type"] == "application/problem+json"
    assert (stale.json()["type"], stale.json()["seen"]) == ("/problems/draft-changed-elsewhere", 1)
    newest = letter.versions.latest("number").texts.get(language="es")
    kept = {"subject": "Asunto", "preheader": "Antes", "mjml": newest.mjml, "row_version": letter.row_version}
    assert client.post(f"/console/templates/{letter.pk}/?language=es", kept).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_a_draft_of_an_older_version_shows_both_texts(client, letter):
    client.force_login(staff("manager"))
    save(client, letter, row_version=letter.row_version)
    Template.objects.filter(pk=letter.pk).update(row_version=letter.row_version + 1)
    page = get_document(client, f"/console/templates/{letter.pk}/?language=es")
    assert "A newer version was saved since you began this text." in page.notice()
    client.post(f"/console/drafts/template/{letter.pk}/es/", {"act": "leave"})
    assert not Draft.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("agent", 403), ("manager", 200), ("owner", 200)])
def test_drafts_are_of_those_who_may_write_and_each_sees_their_own(client, letter, role, status):
    client.force_login(staff(role))
    assert save(client, letter).status_code == status
    assert Draft.objects.count() == (status == 200)
    client.force_login(staff("manager") if role != "manager" else staff("owner"))
    assert "Asunto" not in get_document(client, f"/console/templates/{letter.pk}/?language=es").markup


@pytest.mark.django_db
def test_of_what_does_not_exist_there_is_no_draft(client, letter):
    client.force_login(staff("manager"))
    assert client.post("/console/drafts/person/1/", FIELDS).status_code == 404
    assert client.post("/console/drafts/template/999999/es/", FIELDS).status_code == 404


class Window:
    """A page with a template, and what its writer sees."""

    def __init__(self, context, address):
        self.page = context.new_page()
        self.page.goto(address)
        self.note = self.page.locator("#draft")

    def type(self, field, words, *, state):
        self.page.get_by_role("textbox", name=field).fill(words)
        self.page.locator(f"#draft[data-state={state}]").wait_for()

    def press(self, name):
        self.page.get_by_role("button", name=name).click()

    def value(self, field):
        return self.page.get_by_role("textbox", name=field).input_value()


@pytest.fixture
def _django_beside_playwright(monkeypatch):
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


SAVE = "Check and save"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_django_beside_playwright")
def test_two_people_two_windows_and_a_lost_line(letter, live_server):
    """Lucía writes in two windows and loses the line, Nuria saves meanwhile: nothing is lost, and each is told."""
    address = f"{live_server.url}/console/templates/{letter.pk}/?language=es"
    versions = TemplateVersion.objects.filter(template=letter)
    before = versions.latest("number").number
    with open_browser() as browser:
        contexts = [
            browser.new_context(storage_state=sign_in(browser, live_server.url, user=staff(role)))
            for role in ("manager", "owner")
        ]
        one, two, nuria = Window(contexts[0], address), Window(contexts[0], address), Window(contexts[1], address)

        one.type("Subject", "Uno", state="kept")
        two.type("Subject", "Dos", state="asked")
        assert "another window" in two.note.inner_text()
        assert Draft.objects.get().content["subject"] == "Uno", "the first text is not written over"
        two.press("Keep the text of this window")
        two.page.locator("#draft[data-state=kept]").wait_for()
        assert Draft.objects.get().content["subject"] == "Dos"
        one.type("Subject", "Uno más", state="asked")
        assert one.value("Subject") == "Uno más"

        nuria.page.get_by_role("textbox", name="Subject").fill("De Nuria")
        nuria.press(SAVE)
        nuria.page.get_by_text(f"Version {before + 1} is kept.").wait_for()
        assert Draft.objects.count() == 1, "of Lucía; Nuria's ended with her saving"

        contexts[0].set_offline(True)
        two.type("Preview line", "Sin línea", state="lost")
        two.press(SAVE)
        assert two.value("Preview line") == "Sin línea", "the page stays"
        assert versions.count() == before + 1
        contexts[0].set_offline(False)
        two.page.locator("#draft[data-state=kept]").wait_for()
        assert Draft.objects.get().content["preheader"] == "Sin línea"

        two.press(SAVE)
        told = two.page.get_by_role("alert").filter(has_text="while you wrote")
        told.wait_for()
        assert "De Nuria" in told.inner_text()
        assert "Dos" in told.inner_text()
        assert (two.value("Subject"), two.value("Preview line")) == ("Dos", "Sin línea")
        assert versions.count() == before + 1, "told, and nothing saved"
        two.press(SAVE)
        two.page.get_by_text(f"Version {before + 2} is kept.").wait_for()

        one.press("Show the other text")
        one.page.wait_for_load_state()
        assert one.value("Subject") == "Dos"
    assert not Draft.objects.exists()
    newest = versions.latest("number")
    assert newest.number == before + 2
    text = newest.texts.get(language="es")
    assert (text.subject, text.preheader) == ("Dos", "Sin línea")
    assert versions.get(number=before + 1).texts.get(language="es").subject == "De Nuria", "hers is kept, too"
