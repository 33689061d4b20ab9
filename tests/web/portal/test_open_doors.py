"""Whoever is near an account, by its address, a shared machine, an old mail or an odd host, gets nothing of it."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from esmero.accounts.links import MOST_LIVE
from esmero.accounts.opening import close_account, open_account
from esmero.grants.models import Grant
from esmero.house.configuration import read_configuration
from esmero.house.models import User
from esmero.house.sign_in.kinds import UserKind, serving
from esmero.people.models import Person
from esmero.refusal import InvalidValue
from tests.accounts.facts import PASSWORD, add_customers, read_link, show_again, sign_in
from tests.house_facts import add_people, build_house
from tests.web.document import get_document, post_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts():
    return add_customers(2)


def ask(client, account, path="/area/sign-in/link/"):
    client.post(path, {"login": account.user.email})
    return read_link(Grant.objects.latest("id"))


def enter(account, *, ago=0.0):
    """A browser that signed in by a link so many seconds ago, to an account that has no password."""
    User.customers.filter(pk=account.user_id).update(password="!")
    client = Client()
    path, _code = ask(client, account)
    assert client.post(path).url == "/area/"
    with serving(UserKind.CUSTOMER):
        client.cookies["sessionid"] = client.cookies["area_sessionid"].value
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] = time.time() - ago
        session.save()
    return client


@pytest.mark.parametrize("path", ["/area/sign-in/", "/accounts/login/"])
def test_behind_a_proxy_wrong_passwords_of_a_stranger_lock_out_nobody_else(accounts, settings, path):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    owner = staff("owner")
    owner.set_password(PASSWORD)
    owner.save()
    stranger = Client(headers={"x-forwarded-for": "198.51.100.7"})
    for number in range(30):
        stranger.post(path, {"login": f"nobody{number}@cliente.example", "password": "wrong-password"})
    theirs = Client(headers={"x-forwarded-for": "203.0.113.9"})
    assert sign_in(theirs, accounts[0]).url == "/area/"
    assert theirs.post("/accounts/login/", {"login": owner.email, "password": PASSWORD}).url == "/console/"
    assert "203.0.113.9" in get_document(theirs, "/area/").text(".rows .small")


def test_limits_of_the_area_are_not_those_of_the_console(accounts):
    owner = staff("owner")
    owner.set_password(PASSWORD)
    owner.save()
    for number in range(40):
        Client().post("/area/sign-in/", {"login": f"nobody{number}", "password": "wrong-password"})
    assert "many" in post_document(Client(), "/area/sign-in/", {"login": "x", "password": "x"}).heading
    assert Client().post("/accounts/login/", {"login": owner.email, "password": PASSWORD}).url == "/console/"


def test_a_stranger_who_goes_on_asking_keeps_nobody_from_a_link(accounts, time_machine):
    began = timezone.now()
    sent = []
    for number in range(4 * MOST_LIVE):
        time_machine.move_to(began + number * timedelta(minutes=4))
        cache.clear()
        sent.append(ask(Client(), accounts[0]) != ("", ""))
    # Within each quarter of an hour at most three, but never none.
    assert all(any(sent[start : start + 4]) for start in range(len(sent) - 3))
    assert sum(sent) > 2 * MOST_LIVE


@pytest.mark.parametrize("path", ["/area/email/", "/area/2fa/totp/activate/", "/area/2fa/webauthn/add/"])
def test_an_old_session_of_an_account_without_a_password_changes_nothing_for_good(accounts, path):
    old = enter(accounts[0], ago=3600)
    assert old.get("/area/").status_code == 200
    assert old.get(path).url == "/area/sign-in/link/"
    assert old.post(path, {"email": "mine@strange.example"}).url == "/area/sign-in/link/"
    assert not Grant.objects.filter(purpose="new-email").exists()
    assert enter(accounts[1]).get(path).status_code == 200


def test_a_first_password_comes_by_a_mail_alone(accounts):
    client = enter(accounts[0])
    client.post("/area/password/first/", {"password1": "a-new-long-one", "password2": "a-new-long-one"})
    assert not User.customers.get(pk=accounts[0].user_id).has_usable_password()
    assert client.get("/area/password/", follow=True).redirect_chain[-1][0] == "/area/password/first/"


def test_a_new_password_ends_the_links_that_were_sent_before(accounts):
    invitation, _ = read_link(Grant.objects.filter(purpose="invitation").earliest("id"))
    forgotten, _ = ask(Client(), accounts[0], "/area/password/forgotten/")
    client = Client()
    sign_in(client, accounts[0])
    show_again(client)
    facts = {"oldpassword": PASSWORD, "password1": "yet-another-one", "password2": "yet-another-one"}
    client.post("/area/password/", facts)
    for path in (invitation, forgotten):
        assert Client().post(path, {"password": "stolen-long-one"}).status_code == 410
    assert sign_in(Client(), accounts[0], "yet-another-one").url == "/area/"


def test_an_invitation_ends_with_the_first_sign_in(accounts):
    invitation, _ = read_link(Grant.objects.filter(purpose="invitation").earliest("id"))
    assert Client().get(invitation).status_code == 200
    sign_in(Client(), accounts[0])
    assert Client().post(invitation, {"password": "stolen-long-one"}).status_code == 410


@pytest.mark.parametrize("host", ["kunden.example.org", "kunden.example.org.", "KUNDEN.example.org:443"])
def test_the_customers_host_serves_no_console_however_it_is_written(accounts, settings, host):
    settings.ALLOWED_HOSTS, settings.CUSTOMER_HOST = ["*"], "kunden.example.org"
    client = Client(headers={"host": host})
    assert client.get("/accounts/login/").status_code == 404
    assert client.get("/area/sign-in/").status_code == 200


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("kunden.example.org", "setting-no-host"),
        ("https://example.org/kunden", "setting-no-host"),
        ("https://my.example.org.", "setting-no-host"),
        ("https://my.example.org:abc", "setting-no-host"),
        ("https://u:p@my.example.org", "setting-no-host"),
        ("https://my.example.org#x", "setting-no-host"),
        ("https://CONSOLE.example.org/", "setting-host-of-console"),
        ("https://console.example.org", "setting-host-of-console"),
    ],
)
def test_an_area_without_a_host_of_its_own_is_told_at_the_start(tmp_path, url, code):
    facts = {"ESMERO_PUBLIC_URL": "https://console.example.org", "ESMERO_CUSTOMER_URL": url}
    with pytest.raises(InvalidValue) as refused:
        read_configuration(tmp_path, environment=facts)
    assert refused.value.code == code


def test_no_invitation_goes_to_a_closed_account_nor_more_than_three_a_day(accounts, client):
    client.force_login(staff("owner"))
    one, closed = accounts
    close_account(closed, by="test", at=timezone.now())

    def invite(account):
        before = Grant.objects.count()
        client.post(f"/console/people/{account.person_id}/account/", {"act": "invite", "account": account.pk})
        read_link(Grant.objects.latest("id"))
        return Grant.objects.count() > before

    assert not invite(closed)
    assert [invite(one) for _ in range(MOST_LIVE)] == [True, True, False]  # the first was sent at the opening


@pytest.mark.parametrize("path", ["/area/", "/area/2fa/", "/area/sessions/", "/area/password/", "/area/email/"])
def test_whose_person_is_gone_is_signed_out_wherever_they_go(accounts, path):
    client = Client()
    sign_in(client, accounts[0])
    Person.objects.filter(pk=accounts[0].person_id).update(state="merged")
    assert client.get(path).url == "/area/sign-in/"
    assert client.get("/area/").status_code == 302


def test_a_language_that_the_area_does_not_speak_becomes_the_brands():
    house = build_house()
    [person] = add_people(house, 1)
    Person.objects.filter(pk=person.pk).update(language="de")
    assert open_account(person, brand=house.brand, by="test", at=timezone.now()).user.language == "es"
