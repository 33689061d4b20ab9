"""`esmero account`: open, close and list from the command line."""

import json

import pytest

from esmero.grants.models import Grant
from esmero.house.models import User
from esmero.management.command_line import run
from tests.house_facts import add_people, build_house

pytestmark = pytest.mark.django_db


def ask(capsys, *words):
    assert run([*words, "--format", "json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_an_account_is_opened_listed_and_closed(capsys):
    house = build_house()
    person = add_people(house, 1)[0]
    made = ask(capsys, "account", "open", person.number, "--brand", house.brand.slug, "--user-name", "Ana.G")
    assert made["user_name"] == "ana.g"
    assert Grant.objects.get().purpose == "invitation"
    [row] = ask(capsys, "account", "list")
    assert (row["email"], row["person"], row["open"]) == (person.address.value, person.number, True)
    ask(capsys, "account", "close", "ana.g")
    assert not User.customers.get().is_active
    assert not ask(capsys, "account", "list")[0]["open"]


def test_whoever_is_not_there_is_said(capsys):
    house = build_house()
    assert run(["account", "open", "nobody", "--brand", house.brand.slug]) != 0
    assert "nobody" in capsys.readouterr().err
    assert run(["account", "close", "nobody"]) != 0
    assert "nobody" in capsys.readouterr().err
