"""What is refused on a public page is one plain page in the brand's name and in the reader's language."""

import pytest
from django.utils import translation

from esmero.refusal import InvalidValue, Refusal
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public.refusals import PublicRefusalMiddleware
from esmero.web.public.visit_token import FOR_VISITORS, requires_token
from esmero.web.refusals.say import WORDS
from tests.house_facts import build_house
from tests.mailroom.inbound import send_one
from tests.web.document import read_document

pytestmark = pytest.mark.django_db


def test_a_refusal_is_a_page_of_the_brand_that_no_search_engine_keeps(rf, settings):
    build_house()
    settings.ALLOWED_HOSTS = ["correo.fibranorte.example"]
    request = rf.get("/s/form/", headers={"host": "correo.fibranorte.example"})
    middleware = PublicRefusalMiddleware(lambda _request: None)
    with translation.override("es"):
        response = middleware.process_exception(request, InvalidValue("new-address-same"))
    page = read_document(response)
    assert response.status_code == 422
    assert "Es la dirección que ya tenemos." in page.text("h1 + *")
    assert page.text(".mark") == "Fibra Norte"
    assert "noindex" in response["X-Robots-Tag"]
    assert middleware.process_exception(request, ValueError("broken")) is None


def test_what_only_the_house_can_mend_is_no_text_for_visitors(client, monkeypatch, caplog):
    """The folder of the keys, the names of commands: the page of our own faults says none of it, and the log does."""
    sent = send_one()
    client.raise_request_exception = False
    monkeypatch.setattr("esmero.web.public.visit_token.find_public_number", refuse_for_want_of_a_key)
    response = client.get(f"/w/{sent.token(TokenPurpose.WHY)}")
    assert response.status_code == 500
    assert "/srv/house/keys" not in read_document(response).markup
    assert "token-key-missing" in caplog.text


def refuse_for_want_of_a_key(*_args, **_facts):
    raise Refusal("token-key-missing", folder="/srv/house/keys")


def test_what_is_for_visitors_has_words():
    assert set(WORDS) >= FOR_VISITORS


@pytest.mark.parametrize(
    ("language", "said"), [("", "Es la dirección que ya tenemos."), ("fr", "C’est l’adresse que nous avons déjà.")]
)
def test_behind_a_link_the_page_keeps_the_language_of_the_visit(rf, language, said):
    sent = send_one()  # a Spanish mail

    @requires_token(TokenPurpose.WHY)
    def view(request, visit):
        raise Refusal("new-address-same")

    with translation.override("en"):
        response = view(rf.get("/w/", {"lang": language}), sent.token(TokenPurpose.WHY))
    assert response.status_code == 409
    assert said in read_document(response).text("h1 + *")
