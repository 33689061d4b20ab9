"""The pages before and beside the console: sign-in and what allauth brings along, and the pages of errors."""

import pytest
from django.test import RequestFactory
from django.views import defaults

from tests.house_facts import build_house
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
SIGNED_IN = ["password/change/", "logout/", "email/"]


@pytest.mark.parametrize("path", SIGNED_OUT)
def test_each_page_before_the_door_stands_in_our_order(client, path):
    build_house()
    response = client.get(f"/accounts/{path}")
    html = response.content.decode()
    assert response.status_code == 200
    assert "esmero/app.css" in html
    assert " style=" not in html
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", SIGNED_IN)
def test_each_page_behind_the_door_stands_in_our_order(client, path):
    client.force_login(staff())
    html = client.get(f"/accounts/{path}").content.decode()
    assert "esmero/app.css" in html
    assert " style=" not in html


def test_nobody_signs_up_by_themselves(client):
    response = client.post("/accounts/signup/", {"email": "x@example.org", "password1": "a-long-password"})
    assert response.status_code == 200
    assert "esmero/app.css" in response.content.decode()
    from esmero.house.models import User

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
    assert "There is nothing here" in response.content.decode()
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_the_page_for_what_is_not_open(client):
    client.force_login(staff("reader"))
    response = client.get("/console/campaigns/new/")
    assert response.status_code == 403
    assert "This is not open to you" in response.content.decode()


def test_the_page_for_our_own_faults_needs_nothing(client):
    response = defaults.server_error(RequestFactory().get("/"))
    html = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong on our side" in html
    assert "<h1>" in html
