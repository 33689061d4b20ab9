"""What is refused on a public page is one plain page in the brand's name and in the reader's language."""

import pytest
from django.utils import translation

from esmero.refusal import InvalidValue, Refusal
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public.refusals import PublicRefusalMiddleware
from esmero.web.public.visit_token import requires_token
from tests.house_facts import build_house
from tests.mailroom.inbound import send_one

pytestmark = pytest.mark.django_db


def test_a_refusal_is_a_page_of_the_brand_that_no_search_engine_keeps(rf, settings):
    build_house()
    settings.ALLOWED_HOSTS = ["correo.fibranorte.example"]
    request = rf.get("/s/form/", headers={"host": "correo.fibranorte.example"})
    middleware = PublicRefusalMiddleware(lambda _request: None)
    with translation.override("es"):
        response = middleware.process_exception(request, InvalidValue("new-address-same"))
    html = response.content.decode()
    assert response.status_code == 422
    assert "Es la dirección que ya tenemos." in html
    assert "Fibra Norte" in html
    assert "noindex" in response["X-Robots-Tag"]
    assert middleware.process_exception(request, ValueError("broken")) is None


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
    assert said in response.content.decode()
