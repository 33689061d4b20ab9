"""What the house holds of a person, whole and in forms that programs read."""

import csv
import io
import json
import zipfile

import pytest

from esmero.privacy.export import collect_data, write_archive, write_json
from esmero.privacy.personal_data import TABLE
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
