"""What is refused in the console stands as a note on the page that the reader came from, in their language."""

import pytest
from django.contrib.messages import get_messages

from esmero.campaigns.lifecycle import create_campaign
from esmero.refusal import Refusal
from esmero.web.console.messages.campaigns import actions
from tests.house_facts import build_house
from tests.web.document import get_document, read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    house = build_house()
    return create_campaign(
        "Otoño",
        brand=house.brand,
        topic=house.topic,
        version=house.version,
        segment=None,
        reason={"es": "Pediste noticias"},
        by="Lucía",
    )


def move(client, campaign, act, **headers):
    return client.post(f"/console/campaigns/{campaign.pk}/act/", {"act": act}, headers=headers)


def notes(response):
    return [str(one) for one in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "“Otoño” is not being sent, so there is nothing to pause."),
        ("es", "«Otoño» no se está enviando: no hay nada que pausar."),
        ("fr", "«\u00a0Otoño\u00a0» n’est pas en cours d’envoi\u00a0: il n’y a rien à suspendre."),
    ],
)
def test_the_note_is_in_the_readers_language_on_the_page_they_came_from(client, campaign, language, said):
    client.force_login(staff(language=language))
    here = f"/console/campaigns/{campaign.pk}/?tab=record"
    response = move(client, campaign, "pause", referer=f"http://testserver{here}")
    assert (response.status_code, response["Location"]) == (302, here)
    assert notes(response) == [said]
    assert " ".join(said.split()) in get_document(client, here).toast()


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/console/", "javascript:alert(1)"])
def test_without_a_page_of_ours_the_page_above_shows_it(client, campaign, referer):
    client.force_login(staff())
    response = move(client, campaign, "resume", **({"referer": referer} if referer else {}))
    assert response["Location"] == f"/console/campaigns/{campaign.pk}/"
    assert notes(response) == ["“Otoño” is not paused."]


def test_the_names_of_what_is_missing_are_said_too(client, campaign):
    client.force_login(staff(language="es"))
    response = move(client, campaign, "check")
    assert notes(response) == ["«Otoño» todavía no se puede comprobar. Falta: un segmento."]


def test_a_fragment_is_answered_by_the_words_alone(client, campaign):
    client.force_login(staff())
    response = move(client, campaign, "pause", hx_request="true")
    words = read_document(response)
    assert response.status_code == 409
    assert "there is nothing to pause" in words.alert()
    assert not words.is_page
    assert notes(response) == []


def test_a_page_that_refuses_itself_leads_to_no_circle(client, campaign, monkeypatch):
    def refuse(*_args, **_facts):
        raise Refusal("campaign-ended", name="Otoño")

    monkeypatch.setattr("esmero.web.console.messages.campaigns.campaign_pages.show", refuse)
    client.force_login(staff())
    response = client.get(f"/console/campaigns/{campaign.pk}/")
    assert response.status_code == 409
    assert "has ended already" in read_document(response).text("h1 + *")


def test_who_has_not_signed_in_is_told_no_facts(client, monkeypatch):
    def refuse(*_args, **_facts):
        raise Refusal("token-key-missing", folder="/srv/house/keys")

    monkeypatch.setattr("esmero.web.console.password_reset.may_write", refuse)
    client.raise_request_exception = False
    response = client.get("/accounts/password/reset/")
    assert response.status_code == 500
    assert "/srv/house/keys" not in read_document(response).markup


def test_a_defect_is_no_refusal(client, campaign, monkeypatch):
    def fail(*_args, **_facts):
        raise ValueError("broken")

    monkeypatch.setitem(actions._ACTIONS, "pause", fail)
    client.force_login(staff())
    with pytest.raises(ValueError, match="broken"):
        move(client, campaign, "pause")
