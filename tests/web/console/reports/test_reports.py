"""Reports: numbers that stand in the ledger, of the brand and the days that the address names, and their files."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.dossier.statistics.daily_aggregates import count_all_due
from esmero.house.models import Brand
from esmero.outbox.models import Message
from esmero.people.models import PermissionEntry
from tests.house_facts import add_people, build_house, open_dispatch
from tests.web.document import read_document
from tests.web.facts import staff

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def house(client):
    client.force_login(staff("reader"))
    made = build_house()
    made.people = add_people(made, 6)
    now = timezone.now()
    for age in (0, 40):
        dispatch = open_dispatch(made, made.people)
        Message.objects.filter(dispatch=dispatch).update(
            state="sent", sent_at=now - timedelta(days=age), receiver="Gmail"
        )
    returned = Message.objects.filter(dispatch=dispatch).first()
    Message.objects.filter(pk=returned.pk).update(worst=4, receiver="Orange")
    count_all_due(now)
    return made


def sheet(client, path, key):
    page = client.get(path)
    return next(one for one in page.context["sheets"] if one.key == key)


def test_the_period_of_the_address_decides_what_is_counted(client, house):
    def sent(path):
        return client.get(path).context["stats"][0][1]

    assert sent("/console/reports/") == 6
    assert sent("/console/reports/?days=90") == 12
    assert sent("/console/reports/?days=nonsense") == 6


def test_the_brand_of_the_address_decides_whose_numbers_stand_there(client, house):
    Brand.objects.create(slug="otra", name="Otra", public_url="https://o.example", return_domain="o.example")
    count_all_due(timezone.now())
    assert client.get("/console/reports/?brand=otra").context["stats"][0][1] == 0
    assert client.get("/console/reports/?brand=fibra-norte").context["stats"][0][1] == 6


def test_each_receiver_has_its_count_its_rate_and_its_interval(client, house):
    rows = sheet(client, "/console/reports/?days=90", "receivers").rows
    told = {row[0]: (row[1], row[2], row[3].text) for row in rows}
    assert told["Gmail"][:2] == (11, 11)
    assert told["Orange"] == (1, 0, "0.0\N{NO-BREAK SPACE}% (0.0–79.3)")


def test_every_table_is_to_be_had_as_a_file_with_the_same_rows(client, house):
    for path in (
        "/console/reports/",
        "/console/reports/growth/",
        "/console/reports/pressure/",
        "/console/reports/returns/",
    ):
        for one in client.get(path).context["sheets"]:
            response = client.get(f"{path}?file={one.key}")
            lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
            assert len(lines) == len(one.rows) + 1
    assert client.get("/console/reports/?file=nothing").status_code == 404


def test_pressure_counts_only_the_last_thirty_days(client, house):
    chart = client.get("/console/reports/pressure/").context["charts"][0]
    assert list(chart.series[0].values)[:2] == [6, 0]
    most = sheet(client, "/console/reports/pressure/", "most").rows
    assert [row[1] for row in most] == [1] * 6


def test_growth_has_what_was_given_and_taken_back_by_topic_and_source(client, house):
    entry = PermissionEntry.objects.first()
    PermissionEntry.objects.create(
        person=entry.person, brand=entry.brand, purpose=entry.purpose, topic=entry.topic, act="withdrawn",
        at=timezone.now(), source="page",
    )  # fmt: skip
    count_all_due(timezone.now() + timedelta(minutes=2))
    (row,) = sheet(client, "/console/reports/growth/", "topics").rows
    assert row == ["Novedades", 6, 1, 0, 5]
    (row,) = sheet(client, "/console/reports/growth/", "sources").rows
    assert row[:2] == ["formulario", 6]


def test_a_year_is_drawn_in_weeks(client, house):
    chart = client.get("/console/reports/?days=365").context["charts"][0]
    assert len(chart.categories) == 53
    assert sum(chart.series[0].values) == 12


def test_the_numbers_of_a_report_cost_the_same_for_many_and_for_few(client, house, django_assert_max_num_queries):
    for path in (
        "/console/reports/",
        "/console/reports/growth/",
        "/console/reports/pressure/",
        "/console/reports/returns/",
    ):
        with django_assert_max_num_queries(20):
            client.get(path)


def test_where_nothing_was_sent_the_page_says_what_to_do_and_draws_no_empty_boxes(client):
    client.force_login(staff("reader"))
    build_house()
    for path in ("", "pressure/", "returns/"):
        page = client.get(f"/console/reports/{path}")
        assert page.context["nothing"]
        document = read_document(page)
        assert "Nothing to count in this time" in document.text(".empty")
        assert not document.has("figure")
        assert document.links(".empty a") == ["/console/campaigns/"]
