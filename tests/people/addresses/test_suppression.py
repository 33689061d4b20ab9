from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esmero.people.addresses.suppression import find_suppressions, hash_address, lift_suppressions, suppress
from esmero.people.models import Address, Suppression
from tests.people.facts import build_brand

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def silence(address, scope="all", **facts):
    return suppress(address, scope=scope, reason="unknown-user", evidence="return 1", at=NOW, **facts)


def test_only_a_hash_is_kept_and_it_is_keyed(settings, tmp_path):
    row = silence("ana@uno.example")
    assert "ana" not in row.hash
    assert len(row.hash) == 64
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "suppression.key").write_text("another")
    settings.HOME = tmp_path
    assert hash_address("ana@uno.example") != row.hash


def test_capitals_and_blanks_do_not_matter():
    assert hash_address(" ANA@Uno.example ") == hash_address("ana@uno.example")


def test_the_standing_of_the_address_follows_and_comes_back():
    address = Address.objects.create(value="ana@uno.example", domain="uno.example")
    silence("Ana@uno.example")
    address.refresh_from_db()
    assert address.standing == "suppressed"
    assert lift_suppressions("ana@uno.example", at=NOW) == 1
    address.refresh_from_db()
    assert address.standing == "ok"
    assert find_suppressions(["ana@uno.example"]) == {}
    assert Suppression.objects.count() == 1


def test_repeating_changes_nothing():
    assert silence("ana@uno.example").pk == silence("ana@uno.example").pk


def test_commerce_alone_leaves_the_address_in_use():
    address = Address.objects.create(value="ana@uno.example", domain="uno.example")
    silence("ana@uno.example", scope="commercial")
    address.refresh_from_db()
    assert address.standing == "ok"
    assert find_suppressions(["ana@uno.example"])["ana@uno.example"].scope == "commercial"


def test_the_strictest_is_found_and_one_that_ended_is_not():
    silence("ana@uno.example", scope="commercial")
    silence("ana@uno.example")
    assert find_suppressions(["ana@uno.example"])["ana@uno.example"].scope == "all"
    Suppression.objects.update(until=NOW - timedelta(days=1))
    assert find_suppressions(["ana@uno.example"]) == {}


def test_another_brands_silence_neither_counts_nor_hides_ours():
    ours, other = build_brand().brand, build_brand("cercle").brand
    silence("ana@uno.example", scope="commercial", brand=other)
    assert find_suppressions(["ana@uno.example"], brand=ours.pk) == {}
    silence("ana@uno.example", scope="commercial", brand=ours)
    assert find_suppressions(["ana@uno.example"], brand=ours.pk)["ana@uno.example"].brand_id == ours.pk


def test_the_number_of_queries_does_not_grow_with_the_addresses():
    with CaptureQueriesContext(connection) as few:
        find_suppressions(["a@uno.example"])
    with CaptureQueriesContext(connection) as many:
        find_suppressions([f"a{n}@uno.example" for n in range(1500)])
    assert (len(few), len(many)) == (1, 1)
