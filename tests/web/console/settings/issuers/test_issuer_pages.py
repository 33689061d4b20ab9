"""A company is made, checked, shared by brands, and numbers its invoices; two people do not overwrite each other."""

import pytest
from django.db import transaction

from esmero.house.issuers.number_series import allocate_number
from esmero.house.models import AuditEntry, Brand, Issuer
from esmero.mailroom.composing.compiled_templates import write_footer
from tests.house_facts import build_house
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
AT = "/console/settings/companies/"
FACTS = {
    "name": "Fibra Norte Telecomunicaciones, S.L.", "tax_id": "b-58378431", "street": "Calle Mayor 1",
    "postal_code": "28013", "city": "Madrid", "country": "ES", "iban": "ES91 2100 0418 4502 0005 1332",
    "creditor_id": "ES50ZZZM23456789", "status_address": "facturas@fibranorte.example",
}  # fmt: skip


@pytest.fixture
def house(client):
    client.force_login(staff("owner"))
    return build_house()


def test_a_company_is_kept_in_its_compact_form_and_shared_by_brands(client, house):
    made = client.post(f"{AT}new/", FACTS)
    issuer = Issuer.objects.get(tax_id="B58378431")
    assert made["Location"] == f"{AT}{issuer.pk}/"
    assert issuer.iban == "ES9121000418450200051332"
    assert issuer.postal_address == {name: FACTS[name] for name in ("street", "postal_code", "city", "country")}
    Brand.objects.create(slug="otra", name="Otra", return_domain="v.otra.example", issuer=issuer)
    Brand.objects.filter(pk=house.brand.pk).update(issuer=issuer)
    [line] = [one for one in client.get(AT).context["table"].lines if one.row == issuer]
    assert [brand.name for brand in line.row.behind] == ["Fibra Norte", "Otra"]
    assert AuditEntry.objects.filter(action="issuer.created").count() == 1
    brand = Brand.objects.get(pk=house.brand.pk)
    assert FACTS["name"] in write_footer(brand, reason="", leave=False).sender


@pytest.mark.parametrize(
    ("field", "value"),
    [("tax_id", "B58378432"), ("siren", "356000001"), ("iban", "ES91"), ("creditor_id", "ES51ZZZM23456789"),
     ("status_address", "nowhere"), ("name", "")],
)  # fmt: skip
def test_a_wrong_identifier_is_named_at_its_field(client, house, field, value):
    answer = client.post(f"{AT}new/", {**FACTS, field: value})
    assert list(answer.context["form"].errors) == [field]
    assert not Issuer.objects.filter(name=FACTS["name"]).exists()


def test_half_an_address_is_refused(client, house):
    answer = client.post(f"{AT}new/", {**FACTS, "city": ""})
    assert list(answer.context["form"].errors) == ["street"]


def test_the_second_of_two_is_told(client, house):
    issuer = Issuer.objects.get()
    at = f"{AT}{issuer.pk}/"
    assert client.post(at, {**FACTS, "row_version": 1}).status_code == 302
    told = client.post(at, {**FACTS, "name": "Mía", "row_version": 1})
    first = told.context["stale"].differences[0]
    assert (first.theirs, first.yours) == (FACTS["name"], "Mía")
    issuer.refresh_from_db()
    assert (issuer.name, issuer.row_version) == (FACTS["name"], 2)


def test_a_series_is_opened_and_goes_on(client, house):
    issuer = Issuer.objects.get()
    at = f"{AT}{issuer.pk}/series/"
    client.post(at, {"series": "F", "year": 2026, "first": 41})
    with transaction.atomic():
        assert allocate_number(issuer, prefix="F", year=2026).text == "F2026-00041"
    refused = client.post(at, {"series": "F", "year": 2026, "first": 1})
    assert list(refused.context["series_form"].errors) == ["first"]
    assert [number for _series, number in client.get(f"{AT}{issuer.pk}/").context["series"]] == ["F2026-00042"]
    assert client.post(at, {"series": "F 1", "first": 1}).context["series_form"].errors
    same = client.post(at, {"series": "F2026", "first": 1})
    assert list(same.context["series_form"].errors) == ["series"]


def test_a_brand_chooses_its_company_and_its_preview_names_it(client, house):
    other = Issuer.objects.create(name="Otra, S.L.")
    at = f"/console/settings/brands/{house.brand.pk}/"
    assert client.get(at).context["form"]["issuer"].value() == house.brand.issuer_id
    shown = client.post("/console/settings/brands/preview/", {"pk": house.brand.pk, "name": "X", "issuer": other.pk})
    assert "Otra, S.L" in " ".join(shown.context["foot"])


def test_only_owners_see_companies(client, house):
    client.force_login(staff("manager"))
    assert client.get(AT).status_code == 403
    assert client.post(f"{AT}new/", FACTS).status_code == 403
