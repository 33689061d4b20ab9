"""What is tried outside: asked for once an hour, done by a job, kept; nobody's link is opened."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.utils import timezone

from esmero.campaigns.lifecycle import LINK_CHECK, begin_dry_run, create_campaign
from esmero.content.models import ExternalCheck
from esmero.content.versions import add_version
from esmero.mailroom.checking.link_check import (
    find_links,
    make_link_key,
    make_text_key,
    read_results,
    request_checks,
    run_chunk,
)
from esmero.mailroom.checking.link_request import LinkAnswer
from esmero.mailroom.checking.test_send import send_test
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.composing.sample_message import make_sample_message
from esmero.people.models import Segment
from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.work.jobs import claim_job
from esmero.work.models import Job
from tests.house_facts import build_house
from tests.mailroom.checking.test_spam_check import put_report

pytestmark = pytest.mark.django_db
MJML = """<mjml><mj-body><mj-section><mj-column><mj-text>Obras en su calle, mañana y pasado.
<a href="https://norte.org/obras?a=1&amp;b=2">Obras</a> <a href="https://correo.fibranorte.example/u/abc">Baja</a>
<a href="{{ unsubscribe_url }}">No más</a> <a href="https://norte.org/mi?n={{ number }}">Mi línea</a>
<a href="mailto:a@norte.org">Correo</a></mj-text></mj-column></mj-section></mj-body></mjml>"""
WORKS = "https://norte.org/obras?a=1&b=2"


@pytest.fixture(autouse=True)
def no_spamc(monkeypatch, tmp_path):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def write(house, mjml=MJML):
    source = TemplateSource(language="es", subject="Obras", preheader="", mjml=mjml)
    return add_version(house.version.template, texts=[source], fields=known_fields())


def work(outcome="ok", status=200):
    """Do what waits as a worker does; the network is a table."""
    asked = []

    def tries(urls, own):
        asked.extend(urls)
        return {url: LinkAnswer(outcome, status) for url in urls}

    while job := claim_job("test", kinds={LINK_CHECK: run_chunk}):
        while not run_chunk(job, check=tries):
            pass
        Job.objects.filter(pk=job.pk).update(due_at=None, state="done", claimed_by="", claimed_until=None)
    return asked


def test_only_links_that_are_the_same_for_everybody_and_not_our_own_are_tried():
    house = build_house()
    compiled = compile_source(TemplateSource("es", "Obras", "", MJML), fields=known_fields(), footer=None)
    found = find_links(compiled, brand=house.brand)
    assert found.checkable == (WORKS,)
    assert found.personal == ("https://norte.org/mi?n=…",)


def test_a_dry_run_and_a_test_have_the_links_tried_and_once_an_hour_is_enough():
    house = build_house()
    version = write(house)
    segment = Segment.objects.create(name="Todos", conditions={})
    campaign = create_campaign(
        "Obras", brand=house.brand, topic=house.topic, version=version, segment=segment, reason={"es": "x"}, by="test"
    )
    begin_dry_run(campaign, by="test")
    assert work() == [WORKS]
    trial = ExternalCheck.objects.get()
    assert (trial.url, trial.outcome, trial.facts) == (WORKS, "ok", {"status": 200, "final": ""})
    send_test(campaign, to="ana@cliente.example", by="test")
    assert work() == []
    ExternalCheck.objects.update(tried_at=timezone.now() - timedelta(hours=1, minutes=1))
    send_test(campaign, to="ana@cliente.example", by="test")
    assert work("status", 404) == [WORKS]


def test_who_asks_twice_has_it_tried_once_and_the_page_knows_that_it_waits():
    at = timezone.now()
    assert read_results(urls=[WORKS], at=at) == read_results(urls=[WORKS], at=at)
    assert read_results(urls=[WORKS], at=at).missing == (WORKS,)
    assert request_checks(urls=[WORKS, WORKS], by="test") is not None
    assert request_checks(urls=[WORKS], by="test") is None
    assert read_results(urls=[WORKS], at=at).pending
    assert work() == [WORKS]
    found = read_results(urls=[WORKS], at=timezone.now())
    assert (found.results[WORKS].outcome, found.pending, found.missing) == ("ok", False, ())
    assert request_checks(urls=[WORKS], by="test") is None
    later = read_results(urls=[WORKS], at=timezone.now() + timedelta(hours=1, minutes=1))
    assert (later.results, later.pending, later.missing) == ({}, False, (WORKS,))


def test_what_nobody_asked_for_in_a_day_is_forgotten():
    old = timezone.now() - timedelta(days=2)
    ExternalCheck.objects.create(
        kind="link", key=make_link_key("https://alt.org/"), url="https://alt.org/", asked_at=old, tried_at=old
    )
    request_checks(urls=[WORKS], by="test")
    work()
    assert set(ExternalCheck.objects.values_list("url", flat=True)) == {WORKS}


def test_the_demo_asks_nobody(settings):
    settings.ESMERO = replace(settings.ESMERO, demo=True)
    request_checks(urls=[WORKS], by="test")
    assert work() == []
    assert ExternalCheck.objects.get().outcome == "demo"


def test_a_text_is_shown_to_the_filter_where_there_is_one(tmp_path, monkeypatch):
    put_report(tmp_path, monkeypatch)
    text = write(build_house()).texts.get()
    request_checks(urls=[], texts=[text], by="test")
    work()
    trial = read_results(urls=[], texts=[text], at=timezone.now()).results[make_text_key(text)]
    assert (trial.kind, trial.outcome, trial.facts["score"]) == ("spam", "ok", 4.8)
    assert trial.facts["rules"][0] == [2.8, "DRUG_ED_CAPS", "BODY: Mentions an E.D. drug"]
    sent = message_from_bytes((tmp_path / "message").read_bytes(), policy=default)
    assert sent["Subject"] == "Obras"


def test_a_text_without_a_filter_is_never_waited_for():
    text = write(build_house()).texts.get()
    assert request_checks(urls=[], texts=[text], by="test") is None
    assert not ExternalCheck.objects.exists()


def test_the_example_is_a_whole_message_of_nobody():
    house = build_house()
    message = message_from_bytes(make_sample_message(write(house).texts.get()), policy=default)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    html = message.get_body(("html",)).get_content()
    assert WORKS.replace("&", "&amp;") in html
    assert "https://correo.fibranorte.example/u/exampleexample" in html
    assert message["To"] == "reader@example.org"
    assert message["From"].addresses[0].addr_spec == house.brand.sender_address
