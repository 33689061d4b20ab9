import pytest
from django.core.exceptions import ValidationError

from esmero.house.brands import next_selector, save_brand
from esmero.house.models import AuditEntry, Brand, StaffRole, User
from esmero.house.staffing.grants import RightNotHeld, RightsLost
from esmero.house.team import (
    change_member,
    deactivate,
    invite,
    needs_two_factor,
    reactivate,
    require_two_factor,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def member(email, role="owner"):
    return User.objects.create_user(email, "a-long-password", name=email.partition("@")[0], role=role)


def test_the_last_owner_stays():
    owner, reader = member("a@x.example"), member("b@x.example", "reader")
    with pytest.raises(RightsLost):
        deactivate(owner, by=owner)
    with pytest.raises(RightsLost):
        change_member(owner, facts={"role": "agent"}, by=owner)
    assert User.objects.get(pk=owner.pk).role == "owner"
    change_member(reader, facts={"role": "owner"}, by=owner)
    deactivate(owner, by=reader)
    with pytest.raises(RightsLost):
        deactivate(User.objects.get(pk=reader.pk), by=reader)
    reactivate(owner, by=reader)
    assert User.objects.get(pk=owner.pk).is_active


def test_an_invitation_needs_an_address_that_can_be():
    owner = member("a@x.example")
    made = invite("NEW@x.example ", name="New", role="agent", language="es", timezone="Europe/Madrid", by=owner)
    assert (made.email, made.has_usable_password()) == ("new@x.example", False)
    with pytest.raises(ValidationError):
        invite("no address", name="New", role="agent", language="es", timezone="Europe/Madrid", by=owner)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["staff.invited"]


def test_two_factor_holds_until_it_is_ended_whatever_becomes_of_its_author():
    one, other = member("a@x.example"), member("b@x.example")
    require_two_factor(on=True, by=one)
    require_two_factor(on=True, by=other)
    deactivate(one, by=other)
    assert needs_two_factor()
    change_member(User.objects.get(pk=one.pk), facts={"role": "reader"}, by=other)
    assert needs_two_factor()
    require_two_factor(on=False, by=other)
    assert not needs_two_factor()


@pytest.mark.parametrize("rights", [["staff.manage"], ["house.settings"]])
def test_two_factor_is_ended_only_by_who_manages_staff_and_house(rights):
    StaffRole.objects.create(code="half", name="Half", rights=["house.read", *rights])
    require_two_factor(on=True, by=member("a@x.example"))
    with pytest.raises(RightNotHeld):
        require_two_factor(on=False, by=member("b@x.example", "half"))
    assert needs_two_factor()


def test_whether_a_second_factor_is_needed_costs_one_query(django_assert_num_queries):
    require_two_factor(on=True, by=member("a@x.example"))
    with django_assert_num_queries(1):
        assert needs_two_factor()


@pytest.mark.parametrize(
    ("now", "then"), [("esmero", "esmero2"), ("esmero2", "esmero3"), ("k9", "k10"), ("2026", "2027")]
)
def test_each_selector_has_one_that_follows(now, then):
    assert next_selector(now) == then


def test_what_is_left_out_follows_from_the_sender_and_a_break_is_refused():
    facts = {
        "slug": "n",
        "name": "Norte",
        "sender_name": "",
        "sender_address": "hola@Norte.example",
        "public_url": "https://m.norte.example/",
    }
    brand = save_brand(Brand(), facts=facts, by="test")
    told = (brand.return_domain, brand.dkim_domain, brand.dkim_selector, brand.sender_name, brand.public_url)
    assert told == ("bounces.norte.example", "norte.example", "esmero", "Norte", "https://m.norte.example")
    with pytest.raises(ValidationError) as refusal:
        save_brand(brand, facts={"sender_name": "Norte\r\nBcc: x@y.example"}, by="test")
    assert "sender_name" in refusal.value.message_dict
