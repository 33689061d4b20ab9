"""What the house holds of a person, whole and in forms that programs read."""

import csv
import io
import json
import zipfile

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from esmero.privacy.erasure import erase_person
from esmero.privacy.export import collect_data, write_archive, write_json
from esmero.privacy.personal_data import TABLE
from tests.accounts.facts import add_customers, sign_in
from tests.privacy.facts import SECRET, furnish_person

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_every_table_of_the_person_is_in_it():
    _house, one, *_rest = furnish_person()
    held = collect_data(one)
    assert set(held) == {holding.name for holding in TABLE if holding.exported}
    assert held["person"][0]["fields"] == {"pet": SECRET}
    assert held["permission ledger"][0]["act"] == "granted"


def test_nothing_of_anybody_else_is_in_it():
    _house, one, other, *_rest = furnish_person()
    assert other.address.value not in write_json(collect_data(one))
    assert SECRET not in write_json(collect_data(other))


def test_the_archive_is_read_by_other_programs():
    _house, one, *_rest = furnish_person()
    held = collect_data(one)
    with zipfile.ZipFile(io.BytesIO(write_archive(held))) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("everything.json")) == json.loads(write_json(held))
        rows = list(csv.DictReader(io.StringIO(archive.read("messages.csv").decode("utf-8-sig"))))
    assert rows[0]["address"] == one.address.value


def test_how_and_where_they_sign_in_is_in_it_without_secrets(client):
    (account, other) = add_customers(2)
    client.defaults["HTTP_USER_AGENT"] = "Netscape 4"
    sign_in(client, account)
    sign_in(Client(), other)
    client.get("/area/")
    Authenticator.objects.create(user=account.user, type="totp", data={"secret": "JBSWY3DP"})
    held = collect_data(account.person)
    assert [one["user_agent"] for one in held["sessions of log-ins"]] == ["Netscape 4"]
    assert [one["type"] for one in held["second factors"]] == ["totp"]
    assert "JBSWY3DP" not in write_json(held)
    assert "second factors" not in collect_data(other.person)
    erase_person(account.person, by="test", reason="asked", at=timezone.now())
    assert [one.user_id for one in UserSession.objects.all()] == [other.user_id]
    assert Session.objects.count() == 1
    assert not Authenticator.objects.exists()
