"""What a letter lacks from its brand, numbers that cost too much, and where its readers read."""

import pytest
from django.utils import timezone

from esmero.dossier.models import DailyAggregate
from esmero.house.models import Brand
from esmero.rendering.checks.findings import TemplateFinding
from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.web.console.messages.templates.brand_checks import read_shares, report_brand_gaps
from esmero.web.console.messages.templates.findings import describe_findings
from tests.house_facts import build_house

pytestmark = pytest.mark.django_db


def letter(words):
    mjml = f"<mjml><mj-body><mj-section><mj-column><mj-text>{words}</mj-text></mj-column></mj-section></mj-body></mjml>"
    return compile_source(TemplateSource("es", "Obras", "", mjml), fields=(), footer=None)


@pytest.mark.parametrize("words", ["Llame al 902 123 456.", "Llame al +34 807 12 34 56", "Tel. (905) 123-456"])
def test_a_number_that_costs_too_much_is_told(words):
    [told] = report_brand_gaps(build_house().brand, letter(words))
    assert "costs more" in told.words


@pytest.mark.parametrize(
    "words", ["Llame al 910 000 000.", "Del 1 al 31 de mayo de 2026", "Factura 2026-0001", "ES 12 %"]
)
def test_other_numbers_are_left_in_peace(words):
    assert report_brand_gaps(build_house().brand, letter(words)) == []


def test_what_the_brand_lacks_leads_to_its_settings():
    house = build_house()
    Brand.objects.update(phone="902 123 456", postal_address="")
    told = report_brand_gaps(Brand.objects.get(), letter("Hola"))
    assert [one.url for one in told] == [f"/console/settings/brands/{house.brand.pk}/"] * 2


def test_the_share_of_the_readers_stands_behind_a_program():
    brand, today = build_house().brand, timezone.now().date()
    for key, number in (("Gmail", 40), ("gmx.es", 10), ("cliente.example", 50)):
        DailyAggregate.objects.create(brand=brand, day=today, kind="sent", key=key, number=number)
    assert read_shares() == {"Gmail": 40, "GMX (webmail)": 10}
    found = [TemplateFinding("unsupported", "body", 3, {"what": "position", "programs": "Gmail, Outlook (Windows)"})]
    [told] = describe_findings(found, blocks=None, shares=read_shares())
    assert told.words == "“position” is not shown by Gmail (40 %), Outlook (Windows)."
    assert told.go == "line:3"
