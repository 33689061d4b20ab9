"""No road leads from the customer area into the console, nor back.

Sessions, cookies, tokens and passkeys of one are tried in the other, by a customer and a member of staff who have the
same address and the same password.
"""

import itertools
import os

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver

from esmero.house.models import User
from esmero.house.sign_in.kinds import UserKind, serving
from esmero.house.sign_in.sessions import SessionStore
from tests.accounts.facts import PASSWORD, add_same_as_staff, sign_in
from tests.house_facts import add_people, build_house
from tests.web.browser import open_browser, open_page
from tests.web.document import get_document
from tests.web.test_passkeys import plug_in

pytestmark = pytest.mark.django_db
AREA = {"sessionid": "area_sessionid", "csrftoken": "area_csrftoken", "messages": "area_messages"}


@pytest.fixture
def both():
    """A member of staff and a customer, each signed in with a browser of their own."""
    house = build_house()
    staff, account = add_same_as_staff(add_people(house, 1)[0], house)
    theirs, ours = Client(), Client()
    assert sign_in(theirs, account).url == "/area/"
    answer = ours.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
    assert answer.url == "/console/"
    return staff, account, ours, theirs


def is_inside(client, path):
    return client.get(path).status_code == 200


def list_paths(urlconf, prefix):
    """Every path of a URL table below a prefix that needs no argument."""
    found = []

    def walk(patterns, before):
        for one in patterns:
            path = before + str(one.pattern).lstrip("^")
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns, path)
            elif "<" not in path and "(" not in path:
                found.append("/" + path)

    walk(get_resolver(urlconf).url_patterns, "")
    return sorted({path for path in found if path.startswith(prefix)})


def test_each_is_at_home_on_their_own_site_alone(both):
    _staff, _account, ours, theirs = both
    assert is_inside(ours, "/console/")
    assert is_inside(theirs, "/area/")
    assert not is_inside(theirs, "/console/")
    assert not is_inside(ours, "/area/")


def test_one_browser_may_be_signed_in_to_both_and_leaves_one_at_a_time(both):
    _staff, account, ours, _theirs = both
    sign_in(ours, account)
    assert is_inside(ours, "/console/")
    assert is_inside(ours, "/area/")
    ours.post("/area/sign-out/")
    assert is_inside(ours, "/console/")
    assert not is_inside(ours, "/area/")


def test_no_cookie_of_one_site_opens_the_other_under_any_name(both):
    _staff, _account, ours, theirs = both
    taken = {name: morsel.value for name, morsel in theirs.cookies.items()}
    own = {name: morsel.value for name, morsel in ours.cookies.items()}
    assert set(taken) <= set(AREA.values())
    assert all(morsel["path"] == "/area/" for morsel in theirs.cookies.values())
    assert not set(own) & set(AREA.values())
    for values, path in ((taken, "/console/"), (own, "/area/")):
        for value, name in itertools.product(values.values(), [*AREA, *AREA.values()]):
            client = Client()
            client.cookies[name] = value
            assert not is_inside(client, path), name


def test_every_page_of_the_console_sends_a_customer_away(both):
    _staff, _account, _ours, theirs = both
    key = theirs.cookies["area_sessionid"].value
    theirs.cookies["sessionid"] = key
    paths = list_paths("esmero.urls", "/console/")
    assert len(paths) > 60
    for path in paths:
        for answer in (theirs.get(path), theirs.post(path)):
            assert answer.status_code in {302, 404, 405}, path
            assert answer.status_code != 302 or answer.url.startswith("/accounts/login/"), path


def test_every_page_of_the_area_sends_staff_away(both):
    _staff, _account, ours, _theirs = both
    ours.cookies["area_sessionid"] = ours.cookies["sessionid"].value
    closed = 0
    for path in list_paths("esmero.web.portal.urls", "/area/"):
        answer = ours.get(path)
        stranger = Client().get(path)
        assert (answer.status_code, answer.get("Location")) == (stranger.status_code, stranger.get("Location")), path
        closed += answer.status_code == 302
    assert closed > 8


def test_the_data_of_a_session_are_empty_for_the_other_kind(both):
    staff, account, ours, theirs = both
    for client, name, user, kind, other in (
        (ours, "sessionid", staff, UserKind.STAFF, UserKind.CUSTOMER),
        (theirs, "area_sessionid", account.user, UserKind.CUSTOMER, UserKind.STAFF),
    ):
        key = client.cookies[name].value
        with serving(kind):
            assert SessionStore(key)["_auth_user_id"] == str(user.pk)
        with serving(other):
            assert dict(SessionStore(key).items()) == {}
    assert Session.objects.count() >= 2


def test_a_session_that_names_a_user_of_the_other_kind_is_nobodys(both):
    """Even a session that was signed for the right site opens nothing with the number of a wrong user."""
    staff, account, _ours, _theirs = both
    for kind, user, name, path in (
        (UserKind.STAFF, account.user, "sessionid", "/console/"),
        (UserKind.CUSTOMER, staff, "area_sessionid", "/area/"),
    ):
        with serving(kind):
            session = SessionStore()
            session["_auth_user_id"] = str(user.pk)
            session["_auth_user_backend"] = "esmero.house.sign_in.backend.KindBackend"
            session["_auth_user_hash"] = user.get_session_auth_hash()
            session.save()
        client = Client()
        client.cookies[name] = session.session_key
        assert not is_inside(client, path)


def test_each_site_knows_its_own_users_alone_also_past_the_manager():
    """An EmailAddress row leads django-allauth to a user whom the manager hides."""
    house = build_house()
    staff, account = add_same_as_staff(add_people(house, 1)[0], house)
    staff.set_password("the-password-of-staff")
    staff.save()
    for user in (staff, account.user):
        EmailAddress.objects.create(user=user, email=f"{user.kind}@cliente.example", verified=True, primary=True)
    for login, password, path in (
        ("customer@cliente.example", PASSWORD, "/accounts/login/"),
        (account.user.email, PASSWORD, "/accounts/login/"),
        ("staff@cliente.example", "the-password-of-staff", "/area/sign-in/"),
        (account.user.email, "the-password-of-staff", "/area/sign-in/"),
    ):
        client = Client()
        assert client.post(path, {"login": login, "password": password}).status_code == 200
        assert not is_inside(client, "/console/")
        assert not is_inside(client, "/area/")


def form_token(client, path):
    return get_document(client, path).form_of("csrfmiddlewaretoken").value("csrfmiddlewaretoken")


def test_the_csrf_token_of_one_site_counts_for_nothing_on_the_other(both):
    staff, _account, _ours, _theirs = both
    facts = {"login": staff.email, "password": PASSWORD}
    for own, other in (("/accounts/login/", "/area/sign-in/"), ("/area/sign-in/", "/accounts/login/")):
        client = Client(enforce_csrf_checks=True)
        token = form_token(client, own)
        assert client.post(other, {**facts, "csrfmiddlewaretoken": token}).status_code == 403
        assert client.post(own, {**facts, "csrfmiddlewaretoken": token}).status_code == 302


def test_the_key_of_a_password_reset_counts_on_no_other_site(both):
    staff, account, _ours, _theirs = both
    for user, prefix in ((account.user, "/accounts/"), (staff, "/area/"), (account.user, "/area/")):
        key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
        client = Client()
        for path in (
            f"{prefix}password/reset/key/{key}/",
            f"{prefix}password/reset/key/{user_pk_to_url_str(user)}-set-password/",
        ):
            client.get(path, follow=True)
            client.post(path, {"password1": "stolen-password", "password2": "stolen-password"}, follow=True)
    assert not User.objects.get(pk=staff.pk).check_password("stolen-password")
    assert not User.customers.get(pk=account.user_id).check_password("stolen-password")


def test_the_key_of_an_address_confirmation_counts_for_nothing_in_the_area(both):
    staff, account, _ours, theirs = both
    assert not EmailAddress.objects.filter(user=account.user).exists()
    row = EmailAddress.objects.create(user=staff, email="other@fibranorte.example")
    key = EmailConfirmationHMAC(row).key
    for method in (theirs.get, theirs.post):
        assert method(f"/area/confirm-email/{key}/").status_code == 404
    row.refresh_from_db()
    assert not row.verified


def test_links_of_accounts_are_no_pages_of_the_console_host(both):
    _staff, _account, ours, _theirs = both
    for letter in "like":
        assert ours.get(f"/{letter}/{'a' * 40}").status_code == 404
        assert ours.get(f"/console/{letter}/{'a' * 40}").status_code == 404


def test_a_host_of_its_own_serves_the_area_and_nothing_else(both, settings):
    settings.CUSTOMER_HOST, settings.ALLOWED_HOSTS = "clientes.example", ["*"]
    staff, account, ours, _theirs = both
    theirs = {"headers": {"host": "clientes.example"}}
    client = Client()
    assert client.post("/area/sign-in/", {"login": account.user.email, "password": PASSWORD}, **theirs).url == "/area/"
    assert client.get("/area/", **theirs).status_code == 200
    assert client.get("/", **theirs).url == "/area/"
    for path in list_paths("esmero.urls", "/"):
        if path != "/" and not path.startswith("/area/"):
            assert client.get(path, **theirs).status_code == 404, path
    assert client.get("/area/").status_code == 404  # on the host of the console
    assert ours.get("/console/").status_code == 200
    assert ours.get("/console/", **theirs).status_code == 404
    assert ours.post("/area/sign-in/", {"login": staff.email, "password": PASSWORD}).status_code == 404


@pytest.fixture
def _django_beside_playwright():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_django_beside_playwright")
@pytest.mark.parametrize("kind", ["customer", "staff"])
def test_a_passkey_of_one_site_opens_nothing_on_the_other(live_server, settings, kind):
    """Both sites share a host here, so that the browser does offer the key (WebAuthn level 3, 4: RP ID)."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    house = build_house()
    staff, account = add_same_as_staff(add_people(house, 1)[0], house)
    doors = {"staff": ("/accounts/login/", "/console/", "/accounts"), "customer": ("/area/sign-in/", "/area/", "/area")}
    login, inside, prefix = doors[kind]
    other_login, other_inside, _ = doors["staff" if kind == "customer" else "customer"]
    user = account.user if kind == "customer" else staff
    url = live_server.url
    with open_browser() as browser, open_page(browser, url, path=login, width=360) as (page, complaints):
        plug_in(page)
        page.locator("input[name=login]").fill(user.email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{url}{inside}")
        page.goto(f"{url}{prefix}/2fa/webauthn/add/")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form.card button").click()
        page.wait_for_url("**/webauthn/add/")
        page.locator("input[name=passwordless]").check()
        page.locator("#mfa_webauthn_add").click()
        page.wait_for_url(lambda address: not address.endswith("/add/"))
        assert Authenticator.objects.get(type="webauthn").user == user
        page.context.clear_cookies()
        page.goto(f"{url}{other_login}")
        with page.expect_navigation():
            page.locator("#passkey_login").click()
        page.goto(f"{url}{other_inside}")
        assert other_login in page.url
        page.goto(f"{url}{inside}")
        assert login in page.url
        page.locator("#passkey_login").click()
        page.wait_for_url(f"{url}{inside}")  # where it belongs, the same key opens
        assert complaints == []
