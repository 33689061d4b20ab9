"""What is told before something leaves.

What sells where nothing may, a reason that is missing, links that do not answer.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.asks.models import Form
from esmero.campaigns.lifecycle import create_campaign
from esmero.content.models import ExternalCheck, Template, TemplateText
from esmero.content.versions import add_version, create_template, make_letter, source_of
from esmero.mailroom.checking.link_check import make_link_key, make_text_key
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.composing.sample_message import render_sample
from esmero.mailroom.transactional.sign_up_messages import ensure_form_templates
from esmero.people.models import Segment
from esmero.rendering.checks.findings import find_advertising, find_part_differences
from esmero.rendering.templates.compile import TemplateSource
from esmero.work.models import Job
from tests.house_facts import build_house
from tests.web.document import get_document, post_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
SELLING = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Su línea ya está activa.</mj-text>
<mj-text>Contrate hoy la televisión.</mj-text>
<mj-button href="https://norte.org/tele">Ver la televisión</mj-button>
</mj-column></mj-section></mj-body></mjml>"""


@pytest.fixture
def house(client, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    client.force_login(staff("manager"))
    return build_house()


def keep(house, *languages, mjml=SELLING, template=None):
    sources = [
        TemplateSource(language=code, subject="Su línea", preheader="Hoy", mjml=mjml) for code in languages or ("es",)
    ]
    return add_version(template or house.version.template, texts=sources, fields=known_fields())


def plan(house, version, *, commercial=False, reason=None):
    house.topic.purpose.commercial = commercial
    house.topic.purpose.save()
    segment = Segment.objects.create(name="Todos", conditions={})
    return create_campaign(
        "Altas", brand=house.brand, topic=house.topic, version=version, segment=segment,
        reason={"es": "Su línea está activa"} if reason is None else reason, by="test",
    )  # fmt: skip


def check(client, version, *, language="es", path="check", **more):
    text = version.texts.get(language=language)
    data = {"subject": text.subject, "preheader": "x", "mjml": text.mjml, **more}
    page = post_document(client, f"/console/templates/{version.template_id}/{path}/?language={language}", data)
    return page.texts("li"), page


def places(page):
    """Return the places of the text to which the findings lead."""
    return page.attributes("[data-go]", "data-go")


def test_what_sells_is_told_where_it_stands_when_it_leaves_as_no_advertising(client, house):
    version = keep(house)
    plan(house, version)
    told, page = check(client, version)
    [one] = [each for each in told if "sells" in each]
    assert "“Contrate hoy”" in one
    assert "“Altas” is sent as no advertising" in one
    assert "line:3" in places(page)


def test_advertising_may_sell_and_so_may_a_template_of_which_nobody_knows_what_it_is_for(client, house):
    version = keep(house)
    assert not [one for one in check(client, version)[0] if "sells" in one]
    plan(house, version, commercial=True)
    assert not [one for one in check(client, version)[0] if "sells" in one]


def test_the_mail_that_confirms_a_sign_up_may_not_sell(client, house):
    version = keep(house, template=create_template("Confirmar", brand=house.brand))
    form = Form.objects.create(
        brand=house.brand, slug="boletin", name="Boletín", confirmation=version.template, state="open"
    )
    assert [one for one in check(client, version)[0] if f"“{form.name}” is sent as no advertising" in one]
    Form.objects.update(state="closed")
    assert not [one for one in check(client, version)[0] if "sells" in one]


def test_the_mails_of_a_form_as_we_write_them_sell_nothing_and_say_the_same_in_both_parts(house):
    form = ensure_form_templates(Form.objects.create(brand=house.brand, slug="boletin", name="Boletín", state="open"))
    texts = TemplateText.objects.filter(version__template__in=[form.confirmation, form.welcome])
    assert texts.count() == 6
    for text in texts:
        assert find_advertising(source_of(text)) == []
        parts = render_sample(text)
        assert find_part_differences(parts.html, parts.text) == []


def test_in_the_promotion_of_a_letter_it_is_where_it_belongs(client, house):
    template = create_template("Carta", brand=house.brand, kind=Template.Kind.LETTER)
    made = make_letter("<p>Su línea ya está activa.</p>", brand=house.brand, title="x")
    version = add_version(
        template,
        texts=[TemplateSource("es", "Su línea", "", made.mjml)],
        letters={"es": "<p>Su línea ya está activa.</p>"},
        fields=known_fields(),
    )
    plan(house, version)
    path = f"/console/templates/{template.pk}/check/?language=es"
    facts = {"subject": "Su línea", "preheader": "x"}
    letter = "Su línea ya está activa.\n\nContrate hoy la televisión."
    assert "block:2" in places(post_document(client, path, {**facts, "letter": letter}))
    letter = "Su línea ya está activa.\n\n:::\nContrate hoy la televisión.\n:::"
    assert "sells" not in post_document(client, path, {**facts, "letter": letter}).words


def test_a_reason_that_is_missing_is_told_with_the_place_to_write_it(client, house):
    version = keep(house, "es", "fr")
    campaign = plan(house, version, reason={})
    edit = f"/console/campaigns/{campaign.pk}/edit/"
    told, page = check(client, version)
    assert [one for one in told if "does not say why its readers get it" in one]
    assert edit in page.links()
    type(campaign).objects.filter(pk=campaign.pk).update(reason={"es": "Su línea está activa"})
    assert not [one for one in check(client, version)[0] if "why its readers" in one]
    told, page = check(client, version, language="fr")
    [one] = [each for each in told if "why its readers" in each]
    assert "does not say in French" in one
    assert "in Spanish" in one
    assert f"{edit}#id_reason_fr" in page.links()
    assert get_document(client, edit).has("#id_reason_fr")


def look_over(client, campaign):
    return get_document(client, f"/console/campaigns/{campaign.pk}/care/")


def test_a_campaign_tells_of_all_its_languages_and_leads_to_the_text(client, house, django_assert_max_num_queries):
    version = keep(house, "es", "fr")
    campaign = plan(house, version)
    with django_assert_max_num_queries(30):
        page = look_over(client, campaign)
    words = page.words
    assert "sells" in words
    assert "does not say in French" in words
    assert "1 link was not tried within the hour" not in words  # two languages, two links
    assert "2 links were not tried within the hour." in words
    assert [one for one in page.links() if one.startswith(f"/console/templates/{version.template_id}/?language=es")]
    assert "Spanish, line 3" in words
    for state in ("", "?tab=message"):
        opened = get_document(client, f"/console/campaigns/{campaign.pk}/{state}")
        assert f"/console/campaigns/{campaign.pk}/care/" in opened.attributes("[hx-get]", "hx-get")


def test_links_are_tried_when_asked_and_told_with_the_place(client, house):
    version = keep(house)
    url = "https://norte.org/tele"
    _told, page = check(client, version, path="trials")
    assert "1 link was not tried within the hour." in page.words
    assert page.acts() == {"try"}
    _told, page = check(client, version, path="trials", act="try")
    assert "Being tried" in page.words
    assert Job.objects.get().facts == {"urls": [url], "texts": []}
    _told, page = check(client, version, path="trials", act="try")
    assert Job.objects.count() == 1
    ExternalCheck.objects.update(outcome="status", facts={"status": 404}, tried_at=timezone.now())
    [one], page = check(client, version, path="trials")
    assert "This link answers 404: https://norte.org/tele." in one
    assert places(page) == ["line:4"]
    ExternalCheck.objects.update(outcome="ok", facts={"status": 200})
    told, page = check(client, version, path="trials")
    assert told == []
    assert "1 link answers" in page.words


OUTCOMES = {
    "no-host": "does not exist", "silent": "gives no answer", "certificate": "Browsers warn",
    "inside": "private network",
    "reserved": "reserved for examples", "redirects": "on and on", "guarded": "to a stranger",
    "refused": "Nobody answers",
    "scheme": "no address of the web", "untried": "does not reach the network outside", "demo": "In the demo",
}  # fmt: skip


def test_each_outcome_has_its_words_for_an_hour(client, house):
    version, now, url = keep(house), timezone.now(), "https://norte.org/tele"
    ExternalCheck.objects.create(
        kind="link", key=make_link_key(url), url=url, facts={"status": 403}, asked_at=now, tried_at=now
    )
    for outcome, words in OUTCOMES.items():
        ExternalCheck.objects.update(outcome=outcome)
        [one], _page = check(client, version, path="trials")
        assert words in one, outcome
    ExternalCheck.objects.update(tried_at=now - timedelta(hours=2), asked_at=now - timedelta(hours=2))
    assert check(client, version, path="trials")[0] == []


def test_the_verdict_of_a_filter_is_told(client, house):
    version, now = keep(house), timezone.now()
    facts = {"score": 4.8, "threshold": 5.0, "rules": [[2.8, "DRUG_ED_CAPS", "Mentions a drug"]]}
    ExternalCheck.objects.create(
        kind="spam", key=make_text_key(version.texts.get()), outcome="ok", facts=facts, asked_at=now, tried_at=now
    )
    [one], page = check(client, version, path="trials")
    assert "4.8 points, the limit is 5.0. Mentions a drug (DRUG_ED_CAPS, 2.8)." in one
    assert "to know" in page.words
    ExternalCheck.objects.update(outcome="spam")
    assert "takes the kept text for spam" in check(client, version, path="trials")[0][0]
    ExternalCheck.objects.update(outcome="untried", facts={"why": "silent"})
    assert "no spamd answers" in check(client, version, path="trials")[0][0]


def test_who_only_reads_sees_and_does_not_try(client, house):
    version = keep(house)
    campaign = plan(house, version)
    client.force_login(staff("reader"))
    _told, page = check(client, version, path="trials", act="try")
    assert "try" not in page.acts()
    client.post(f"/console/campaigns/{campaign.pk}/care/")
    assert not Job.objects.exists()
