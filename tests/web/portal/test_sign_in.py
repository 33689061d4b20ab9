"""How customers sign in: by password, link, code and second factor; strangers learn nothing while they try."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from esmero.accounts.links import MOST_LIVE, MOST_WRONG_CODES
from esmero.accounts.opening import close_account
from esmero.grants.models import Grant
from esmero.house.models import AuditEntry, User
from esmero.house.sign_in.kinds import UserKind, serving
from esmero.outbox.models import Message
from esmero.people.models import PartyRole
from tests.accounts.facts import PASSWORD, add_customers, read_link, show_again, sign_in
from tests.web.document import get_document, read_document
from tests.web.public.test_enumeration import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts():
    return add_customers(3)


def ask(client, typed, path="/area/sign-in/link/"):
    client.post(path, {"login": typed})
    return read_link(Grant.objects.latest("id"))


def test_a_link_signs_in_at_once_in_the_browser_that_asked(accounts):
    client = Client()
    path, code = ask(client, accounts[0].user.email)
    assert re.fullmatch(r"\d{6}", code)
    assert "code" not in get_document(client, path).form().fields
    assert client.post(path).url == "/area/"
    assert str(accounts[0].person) in get_document(client, "/area/").text(".lead")


def test_another_browser_needs_the_code_of_the_mail(accounts):
    path, code = ask(Client(), "cliente0")
    other = Client()
    assert "code" in get_document(other, path).form().fields
    assert other.post(path).status_code == 200
    assert other.post(path, {"code": "abc"}).status_code == 200
    assert other.post(path, {"code": f"{code[:3]} {code[3:]}"}).url == "/area/"
    assert other.get("/area/").status_code == 200


def test_a_scanner_that_fetches_and_presses_spends_nothing(accounts):
    client, scanner = Client(), Client()
    path, _ = ask(client, accounts[0].user.email)
    for _ in range(3):
        scanner.get(path)
        scanner.head(path)
        scanner.post(path)
    assert scanner.get("/area/").status_code == 302
    assert client.post(path).url == "/area/"


def test_wrong_codes_end_the_link(accounts):
    path, code = ask(Client(), accounts[0].user.email)
    wrong = "000000" if code != "000000" else "111111"
    other = Client()
    for _ in range(MOST_WRONG_CODES):
        other.post(path, {"code": wrong})
    assert other.post(path, {"code": code}).status_code == 410
    assert other.get("/area/").status_code == 302


def test_three_links_live_side_by_side_and_a_fourth_is_not_sent(accounts):
    client = Client()
    links = [ask(client, accounts[0].user.email) for _ in range(MOST_LIVE)]
    cache.clear()
    assert ask(client, accounts[0].user.email) == ("", "")
    for path, _code in links:
        other = Client()
        assert other.get(path).status_code == 200
    assert client.post(links[0][0]).url == "/area/"


@pytest.mark.parametrize("path", ["/area/sign-in/link/", "/area/password/forgotten/"])
def test_asking_for_a_link_tells_nobody_which_accounts_there_are(accounts, path):
    closed, busy = accounts[1], accounts[2]
    close_account(closed, by="test", at=timezone.now())
    for _ in range(4):
        cache.clear()
        ask(Client(), busy.user.email, path)
    typed = ["nobody@cliente.example", "nobody", accounts[0].user.email, "cliente0", closed.user.email, busy.user.email]
    seen = {}
    for one in typed:
        cache.clear()
        client = Client()
        client.get(path)
        answer, steps = work(lambda client=client, one=one: client.post(path, {"login": one}))
        seen[one] = (answer, [step.replace("NULL", "?") for step in steps])  # no value is a value, too
    written = Message.objects.filter(kind="account-link").count()
    read_link(Grant.objects.latest("id"))
    assert Message.objects.filter(kind="account-link").count() == written + 2  # of the one open account, asked twice
    first = seen.pop(typed[0])
    for one, other in seen.items():
        assert other == first, one


def test_a_wrong_password_takes_the_same_words_and_the_same_work_for_everybody(accounts, monkeypatch):
    close_account(accounts[1], by="test", at=timezone.now())
    User.customers.filter(pk=accounts[2].user_id).update(password="!unusable")
    hashed, encode = [], PBKDF2PasswordHasher.encode

    def counted(self, *args, **kwargs):
        hashed.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)
    typed = ["nobody@cliente.example", *(one.user.email for one in accounts)]
    seen = []
    for one in typed:
        cache.clear()
        hashed.clear()
        client = Client()
        client.get("/area/sign-in/")
        facts = {"login": one, "password": "wrong-password"}
        (status, headers, body), steps = work(lambda client=client, facts=facts: client.post("/area/sign-in/", facts))
        seen.append(
            (
                status,
                {k: v for k, v in headers.items() if k != "Content-Length"},
                body.replace(one, ""),
                steps,
                len(hashed),
            )
        )
    assert all(one == seen[0] for one in seen), [one[3:] for one in seen]


def test_guessing_is_slowed_down_for_known_and_unknown_alike(accounts):
    for login in (accounts[0].user.email, "nobody@cliente.example"):
        cache.clear()
        client = Client()
        for _ in range(5):
            client.post("/area/sign-in/", {"login": login, "password": "wrong-password"})
        answer = client.post("/area/sign-in/", {"login": login, "password": PASSWORD})
        assert answer.status_code == 200
        assert "many" in read_document(answer).alert()
    cache.clear()
    statuses = {Client().post("/area/sign-in/link/", {"login": "nobody"}).status_code for _ in range(4)}
    assert statuses == {200, 429}


def add_app(account):
    secret = generate_totp_secret()
    TOTP.activate(account.user, secret)
    return secret


def read_digits(secret):
    """The six digits that an app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_the_second_factor_is_asked_after_password_and_link_alike(accounts):
    secret = add_app(accounts[0])
    by_password, by_link = Client(), Client()
    assert sign_in(by_password, accounts[0]).url.startswith("/area/2fa/authenticate/")
    path, _ = ask(by_link, accounts[0].user.email)
    assert by_link.post(path).url.startswith("/area/2fa/authenticate/")
    for client in (by_password, by_link):
        assert client.get("/area/").status_code == 302
        assert client.get("/area/2fa/authenticate/").status_code == 200
        assert client.post("/area/2fa/authenticate/", {"code": "000"}).status_code == 200
        assert client.get("/area/").status_code == 302
    assert by_link.post("/area/2fa/authenticate/", {"code": read_digits(secret)}).url == "/area/"
    assert by_link.get("/area/").status_code == 200
    assert by_password.get("/area/").status_code == 302


def test_the_authenticator_app_shows_the_brand(accounts):
    client = Client()
    sign_in(client, accounts[0])
    show_again(client)
    page = client.get("/area/2fa/totp/activate/")
    assert page.status_code == 200
    assert "issuer=Fibra%20Norte" in page.context["totp_url"]


def test_a_new_password_ends_every_session_and_asks_the_second_factor_all_the_same(accounts):
    add_app(accounts[0])
    inside = Client()
    with serving(UserKind.CUSTOMER):
        inside.force_login(accounts[0].user)
    inside.cookies["area_sessionid"] = inside.cookies["sessionid"].value
    assert inside.get("/area/").status_code == 200
    path, _ = ask(Client(), accounts[0].user.email, "/area/password/forgotten/")
    other = Client()
    assert other.post(path, {"password": "another-long-one"}).url == "/area/sign-in/"
    assert inside.get("/area/").status_code == 302
    assert sign_in(other, accounts[0], "another-long-one").url.startswith("/area/2fa/authenticate/")
    assert Authenticator.objects.filter(user=accounts[0].user).exists()


def test_a_password_is_changed_inside_and_written_down_without_a_name(accounts):
    client = Client()
    sign_in(client, accounts[0])
    facts = {"oldpassword": PASSWORD, "password1": "yet-another-one", "password2": "yet-another-one"}
    assert client.post("/area/password/", facts).status_code == 302
    entry = AuditEntry.objects.get(action="account.password-set")
    assert (entry.actor, entry.subject_id) == (None, accounts[0].person_id)
    assert sign_in(Client(), accounts[0], "yet-another-one").url == "/area/"
    assert not Message.objects.exclude(kind="account-invitation").exists()


@pytest.mark.parametrize(
    "path", ["/area/sign-up/", "/area/confirm-email/x/", "/area/accounts/login/", "/area/sign-in/code/"]
)
def test_there_is_no_other_way_in(accounts, path):
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"email": "x@cliente.example"}).status_code == 404


def test_the_page_stands_in_the_language_of_the_account_until_another_is_chosen(accounts):
    client = Client(headers={"accept-language": "en"})
    assert get_document(client, "/area/sign-in/").language == "en"
    sign_in(client, accounts[0])
    assert get_document(client, "/area/").language == "es"
    assert get_document(client, "/area/?lang=fr").language == "fr"
    assert get_document(client, "/area/2fa/").language == "fr"
    assert client.get("/area/?lang=xx").status_code == 200


def test_an_account_is_introduced_by_the_closest_role_of_its_person(accounts):
    client, one = Client(), accounts[0]
    sign_in(client, one)
    PartyRole.objects.filter(person=one.person).delete()

    def is_introduced(words):
        page = client.get("/area/")
        with translation.override(page["Content-Language"]):
            return page.context["who"] == gettext(words) % {"name": one.person, "brand": one.brand.name}

    assert is_introduced("%(name)s, with an account at %(brand)s")
    PartyRole.objects.create(person=one.person, kind="prospect")
    assert is_introduced("%(name)s, with an account at %(brand)s")
    PartyRole.objects.create(person=one.person, kind="member", brand=one.brand)
    assert is_introduced("%(name)s, member of %(brand)s")
    PartyRole.objects.create(person=one.person, kind="customer")
    assert is_introduced("%(name)s, customer of %(brand)s")
