"""The pages before and beside the console: sign-in and what allauth brings along, and the pages of errors."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone
from django.views import defaults

from esmero.house.models import User
from tests.house_facts import build_house
from tests.web.document import get_document, read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
SIGNED_OUT = [
    "login/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-nonsense/",
    "signup/",
    "inactive/",
]
OUR_STYLE = "link[rel=stylesheet][href*='esmero/app']"
SIGNED_IN = ["password/change/", "logout/", "email/"]


@pytest.mark.parametrize("path", SIGNED_OUT)
def test_each_page_before_the_door_stands_in_our_order(client, path):
    build_house()
    response = client.get(f"/accounts/{path}")
    page = read_document(response)
    assert response.status_code == 200
    assert page.has(OUR_STYLE)
    assert not page.has("style, [style]")
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", SIGNED_IN)
def test_each_page_behind_the_door_stands_in_our_order(client, path):
    client.force_login(staff())
    page = get_document(client, f"/accounts/{path}", follow=True)
    assert page.has(OUR_STYLE)
    assert not page.has("style, [style]")


def test_nobody_signs_up_by_themselves(client):
    response = client.post("/accounts/signup/", {"email": "x@example.org", "password1": "a-long-password"})
    assert response.status_code == 200
    assert read_document(response).has(OUR_STYLE)
    assert not User.objects.exists()


def test_signing_in_and_out(client):
    user = staff()
    response = client.post("/accounts/login/", {"login": user.email.upper(), "password": "a-long-password"})
    assert response["Location"] == "/console/"
    assert client.get("/console/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/console/").status_code == 302


def test_a_wrong_password_is_said_without_saying_which(client):
    staff()
    known = client.post("/accounts/login/", {"login": "owner@fibranorte.example", "password": "wrong-password"})
    unknown = client.post("/accounts/login/", {"login": "nobody@fibranorte.example", "password": "wrong-password"})
    said = [list(page.context["form"].non_field_errors()) for page in (known, unknown)]
    assert said[0] == said[1]
    assert len(said[0]) == 1


def test_the_page_for_nothing(client):
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "There is nothing here" in read_document(response).heading
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_the_page_for_what_is_not_open(client):
    client.force_login(staff("reader"))
    response = client.get("/console/campaigns/new/")
    assert response.status_code == 403
    assert "This is not open to you" in read_document(response).heading


def test_the_page_for_our_own_faults_needs_nothing(client):
    response = defaults.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in read_document(response).heading


def test_whoever_has_signed_in_reads_every_page_in_their_own_language(client):
    client.force_login(staff(language="es"))
    for path in ("/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/", "/console/nothing/"):
        answer = client.get(path, headers={"accept-language": "fr"}, follow=True)
        assert read_document(answer).language == "es", path
    assert get_document(Client(), "/accounts/login/", headers={"accept-language": "fr"}).language == "fr"


def test_a_page_of_the_readers_has_no_zone_of_whoever_asked_before(client):
    client.force_login(staff())
    User.objects.update(timezone="Pacific/Auckland")
    client.get("/console/settings/own/")
    assert timezone.get_current_timezone_name() == "Pacific/Auckland"
    Client().get("/accounts/login/")
    assert timezone.get_current_timezone_name() == settings.TIME_ZONE


def test_a_page_that_was_open_too_long_says_so_and_blames_no_role():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x@fibranorte.example"})
    page = read_document(response)
    assert response.status_code == 403
    assert "This page was open for too long" in page.heading
    assert "role" not in page.text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("recovery_codes_generated", "New recovery codes are made; the old ones no longer count."),
        ("totp_activated", "From now on your app is asked for at sign-in."),
        ("totp_deactivated", "Your app is no longer asked for at sign-in."),
        ("webauthn_added", "The key is added."),
        ("webauthn_removed", "The key is removed."),
    ],
)
def test_what_was_done_to_the_second_factor_is_said_in_our_words(name, words):
    assert render_to_string(f"mfa/messages/{name}.txt").strip() == words
