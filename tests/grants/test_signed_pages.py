"""Links of each purpose against their pages.

Forged, cut, swapped between purposes and persons, spent, expired, revoked, unknown, used twice at once: nothing is
given, nothing is told, and a link is spent by the finished act alone. SIZE=full tries 200 links of each purpose.
"""

import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from esmero.accounts.links import request_invitation, request_link, request_new_email
from esmero.accounts.models import CustomerAccount
from esmero.grants.granting import GrantRefused, make_grant, read_grant, revoke_grants, spend, write_token
from esmero.grants.models import Grant
from esmero.grants.purposes import (
    ADDRESS_CHANGE,
    DATA_ACCESS,
    INVITATION,
    NEW_EMAIL,
    PURPOSES,
    SET_PASSWORD,
    SIGN_IN,
    GrantPurpose,
)
from esmero.house.keys import token_keys
from esmero.house.models import AuditEntry
from esmero.outbox.models import Message
from esmero.people.models import Person
from esmero.rendering.tokens import Signer, TokenPurpose
from esmero.web.signed_pages import guard
from tests.accounts.facts import add_customers, read_link, sign_in
from tests.grants.facts import grant_address_change, grant_data_access
from tests.web.document import post_document, read_document
from tests.web.public.test_every import state

FULL = os.environ.get("SIZE") == "full"
LINKS = 200 if FULL else 8
pytestmark = [pytest.mark.postgres]


@dataclass(frozen=True, kw_only=True)
class Signed:
    """One purpose: where its page is, how a grant is made, what finishes it, what begins it and does not finish it."""

    purpose: GrantPurpose
    below: str
    make: Callable[[CustomerAccount], Grant]
    finish: Mapping[str, str] = field(default_factory=dict)
    begin: Mapping[str, str] = field(default_factory=dict)
    signed_in: bool = False
    noted: str = ""  # the entry of the audit log that a finished act writes


def ask(purpose):
    return lambda one: request_link(purpose, one, browser="b", language="es", at=timezone.now())


SIGNED = {
    one.purpose.name: one
    for one in (
        Signed(purpose=SIGN_IN, below="/area", make=ask(SIGN_IN), begin={"code": "no digits"}),
        Signed(
            purpose=SET_PASSWORD, below="/area", make=ask(SET_PASSWORD), noted="account.password-set",
            finish={"password": "another-long-one"}, begin={"password": "short"},
        ),
        Signed(
            purpose=INVITATION, below="/area", make=lambda one: request_invitation(one, at=timezone.now()),
            finish={"password": "another-long-one"}, begin={"password": "password123"}, noted="account.password-set",
        ),
        Signed(
            purpose=NEW_EMAIL, below="/area", signed_in=True, noted="account.email-changed",
            make=lambda one: request_new_email(
                one, email=f"new{one.pk}@cliente.example", language="es", at=timezone.now()
            ),
        ),
        Signed(
            purpose=DATA_ACCESS, below="", finish={"act": "correct", "given_name": "Zoë"}, begin={"act": "nonsense"},
            make=lambda one: grant_data_access(one.person, brand=one.brand, at=timezone.now()),
            noted="person.corrected",
        ),
        Signed(
            purpose=ADDRESS_CHANGE, below="", noted="person.moved",
            make=lambda one: grant_address_change(
                one.person, brand=one.brand, new=f"moved{one.pk}@cliente.example", at=timezone.now()
            ),
        ),
    )
}  # fmt: skip
EACH = pytest.mark.parametrize("signed", SIGNED.values(), ids=SIGNED)


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_every_purpose_is_tried_here():
    assert set(SIGNED) == {one.name for one in PURPOSES}
    assert len({one.token for one in PURPOSES}) == len(PURPOSES)


def path_of(signed, token):
    return f"{signed.below}/{signed.purpose.token.value}/{token}"


def token_of(signed, grant):
    return write_token(grant, purpose=signed.purpose)


def fields_of(signed, grant):
    """What finishes the act; the code of a sign-in stands in its mail alone."""
    return {"code": read_link(grant)[1]} if signed.purpose is SIGN_IN else dict(signed.finish)


def client_for(signed, account):
    client = Client()
    if signed.signed_in:
        cache.clear()  # so many sign-ins of one network would be slowed down
        assert sign_in(client, account).url == "/area/"
    return client


def spoil(signed, grant, other, key):
    """Tokens that nobody made for this page: forged, cut, of another purpose, spliced of two persons, unknown."""
    good, strange = token_of(signed, grant), token_of(signed, other)
    place = grant.pk % 40
    day = int(grant.made_at.timestamp()) // 86_400
    signer = Signer(key, current=max(key))
    swapped = [
        signer.sign(purpose, grant.pk, link=grant.nonce, day=day)
        for purpose in TokenPurpose
        if purpose is not signed.purpose.token
    ]
    return [
        good[:place] + ("a" if good[place] != "a" else "b") + good[place + 1 :],
        good[: place or 1], good + "a",
        good[:24] + strange[24:], strange[:16] + good[16:],
        swapped[grant.pk % len(swapped)],
        Signer({max(key): b"k" * 32}, current=max(key)).sign(
            signed.purpose.token, grant.pk, link=grant.nonce, day=day
        ),
        signer.sign(signed.purpose.token, 2**40 + grant.pk, link=grant.nonce, day=day),
        # Of a row that had this id before a restore.
        signer.sign(signed.purpose.token, grant.pk, link=grant.nonce ^ 1, day=day),
        signer.sign(signed.purpose.token, grant.pk, link=grant.nonce, day=day - 1),
    ]  # fmt: skip


def work_of(queries):
    """The statements without their values: the same work, whoever asks."""
    return tuple(re.sub(r"'[^']*'|\b\d+\b", "?", one["sql"]) for one in queries)


@EACH
@pytest.mark.django_db
def test_a_link_that_was_never_made_gives_and_tells_nothing(signed, settings):
    accounts = add_customers(LINKS)
    grants = [signed.make(one) for one in accounts]
    key = token_keys(settings.HOME)
    before, answers, works = state(), set(), set()
    client = Client(headers={"accept-language": "en"})
    for grant, other in zip(grants, [*grants[1:], grants[0]], strict=True):
        for token in spoil(signed, grant, other, key):
            path = path_of(signed, token)
            for ask_for in (client.get, client.post):
                facts = {**signed.finish, "code": "123456", "again": "1"} if ask_for == client.post else {}
                reset_queries()  # Django keeps 9,000
                with CaptureQueriesContext(connection) as caught:
                    answer = ask_for(path, facts)
                answers.add((answer.status_code, answer.content, str(answer.cookies)))
                works.add(work_of(caught.captured_queries))
    assert {status for status, _page, _cookies in answers} == {404}
    [(_status, page, cookies)] = answers
    assert cookies == ""
    assert not read_document(page).has("[name=again]")
    assert len(works) == 1, works
    assert state() == before


def make_old(grant, how):
    now = timezone.now()
    facts = {
        "spent": {"uses": 1, "used_at": now},
        "expired": {"expires_at": now},
        "revoked": {"revoked_at": now},
    }[how]
    Grant.objects.filter(pk=grant.pk).update(**facts)


@EACH
@pytest.mark.django_db
def test_an_old_link_gives_nothing_and_tells_of_nobody(signed):
    pages, tries = set(), []
    for account in add_customers(LINKS):
        for how in ("spent", "expired", "revoked"):
            if how == "spent" and signed.purpose.uses is None:
                continue
            grant = signed.make(account)
            make_old(grant, how)
            tries.append((account, how, path_of(signed, token_of(signed, grant)), client_for(signed, account)))
    before = state()
    for account, how, path, client in tries:
        for answer in (
            client.get(path, {"lang": "en"}),
            client.post(f"{path}?lang=en", {**signed.finish, "code": "1"}),
        ):
            if how == "spent" and signed.purpose is ADDRESS_CHANGE:  # its page shows the outcome to the holder
                assert answer.status_code == 200
                continue
            assert answer.status_code == 410, how
            page = read_document(answer)
            pages.add(page.without_tokens())
            for secret in (account.user.email, str(account.person), "cliente"):
                assert secret not in page.markup
    assert state() == before
    assert len(pages) == 1


@EACH
@pytest.mark.django_db
def test_a_link_is_spent_by_the_finished_act_alone(signed):
    for account in add_customers(LINKS):
        grant = signed.make(account)
        path, client = path_of(signed, token_of(signed, grant)), client_for(signed, account)
        fields = fields_of(signed, grant)
        for _ in range(2):
            assert client.get(path).status_code == 200
            assert client.head(path).status_code == 200
        if signed.begin:
            assert client.post(path, signed.begin).status_code == 200
        assert Grant.objects.get(pk=grant.pk).uses == 0
        noted = AuditEntry.objects.filter(action=signed.noted).count()
        assert client.post(path, fields).status_code == 302
        assert AuditEntry.objects.filter(action=signed.noted).count() == noted + bool(signed.noted)
        if signed.purpose.uses is None:
            continue
        assert Grant.objects.get(pk=grant.pk).uses == 1
        assert Client().post(path, fields).status_code in {200, 410}
        assert AuditEntry.objects.filter(action=signed.noted).count() == noted + bool(signed.noted)
        assert Grant.objects.get(pk=grant.pk).uses == 1


@pytest.mark.django_db
def test_an_act_that_fails_spends_nothing():
    (account,) = add_customers(1)
    grant = request_invitation(account, at=timezone.now())
    with pytest.raises(ZeroDivisionError), spend(grant, purpose=INVITATION, at=timezone.now()):
        Person.objects.filter(pk=account.person_id).update(given_name="half")
        raise ZeroDivisionError
    assert Grant.objects.get(pk=grant.pk).uses == 0
    assert Person.objects.get(pk=account.person_id).given_name != "half"


@EACH
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_acts(signed, monkeypatch):
    """Each link is pressed in two threads, and neither acts before both have found it open."""
    if signed.purpose.uses is None:
        pytest.skip("may be used more than once")
    accounts = add_customers(200 if FULL else 3)
    grants = [signed.make(one) for one in accounts]
    tries = [
        (path_of(signed, token_of(signed, grant)), fields_of(signed, grant), [client_for(signed, one) for _ in "ab"])
        for grant, one in zip(grants, accounts, strict=True)
    ]
    together, answers = threading.Barrier(2, timeout=60), []

    def read_together(*args, **kwargs):
        grant = read_grant(*args, **kwargs)
        together.wait()
        return grant

    monkeypatch.setattr(guard, "read_grant", read_together)

    def press(place):
        for path, fields, clients in tries:
            answers.append((path, clients[place].post(path, fields)))
        connection.close()

    threads = [threading.Thread(target=press, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for path, _fields, clients in tries:
        statuses = sorted(answer.status_code for at, answer in answers if at == path)
        assert statuses in ([302, 410], [200, 302]), statuses
        if signed.purpose is SIGN_IN:
            assert sorted(client.get("/area/").status_code for client in clients) == [200, 302]
    assert set(Grant.objects.filter(pk__in=[one.pk for one in grants]).values_list("uses", flat=True)) == {1}
    if signed.noted:
        assert AuditEntry.objects.filter(action=signed.noted).count() == len(grants)


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["spent", "expired", "revoked"])
def test_the_holder_of_an_old_link_gets_another_at_the_address_on_file(how):
    (account,) = add_customers(1)
    grant = request_invitation(account, at=timezone.now())
    path, _ = read_link(grant)
    make_old(grant, how)
    client = Client()
    assert read_document(client.get(path)).has("button[name=again]")
    asked = Grant.objects.count()
    assert account.user.email not in post_document(client, path, {"again": "1"}).markup
    new = Grant.objects.order_by("-id")[0]
    assert Grant.objects.count() == asked + 1
    place, _ = read_link(new)
    assert Message.objects.get(occasion=f"grant {new.pk}").address == account.user.email
    assert place.startswith("/area/k/")  # they have a password, so it is no invitation any more
    assert client.post(place, {"password": "another-long-one"}).status_code == 302


@pytest.mark.django_db
def test_whoever_presses_often_does_not_fill_the_mailbox():
    (account,) = add_customers(1)
    grant = request_link(SIGN_IN, account, browser="b", language="es", at=timezone.now())
    path, _ = read_link(grant)
    make_old(grant, "expired")
    pages = {Client().post(path, {"again": "1"}).content for _ in range(6)}
    read_link(grant)
    assert len(pages) == 1
    assert Message.objects.filter(kind="account-link").count() <= 3 + 1


@pytest.mark.django_db
def test_a_password_that_was_set_leaves_no_older_link_alive():
    (account,) = add_customers(1)
    links = [(one, one.make(account)) for one in SIGNED.values() if one.below]
    last = next(grant for one, grant in links if one.purpose is SET_PASSWORD)
    Client().post(
        path_of(SIGNED["set-password"], token_of(SIGNED["set-password"], last)), {"password": "a-new-long-one"}
    )
    for signed, grant in links:
        with pytest.raises(GrantRefused):
            read_grant(token_of(signed, grant), purpose=signed.purpose, at=timezone.now())


@pytest.mark.django_db
def test_a_link_of_nobody_opens_nothing_and_revoking_counts_the_open_ones():
    (account,) = add_customers(1)
    now = timezone.now()
    nobody = request_link(SIGN_IN, None, browser="b", language="es", at=now)
    with pytest.raises(GrantRefused) as refused:
        read_grant(write_token(nobody, purpose=SIGN_IN), purpose=SIGN_IN, at=now)
    assert refused.value.grant is None
    for at in (now, now - timedelta(hours=1)):
        make_grant(SIGN_IN, subject=account, person=account.person, brand=account.brand, at=at)
    assert revoke_grants(account, purposes=(SIGN_IN,), at=now) == 1
    assert revoke_grants(account, purposes=(SIGN_IN,), at=now) == 0
