"""The public archive.

What went out and is public, nothing personal, nothing that counts or leaves for somebody else.
"""

import re
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from esmero.campaigns.models import Campaign
from esmero.content.versions import add_version, create_template
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.rendering.templates.compile import TemplateSource
from tests.house_facts import MJML, add_people, build_house, open_dispatch
from tests.web.document import get_document, read_document

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def house():
    built = build_house()
    built.topic.archive_is_public = True
    built.topic.save()
    return built


def publish(house, *, state="done", subject="Novedades para {{ given_name | fallback('usted') }}", mjml=MJML):
    template = create_template("Carta", brand=house.brand)
    source = TemplateSource(language="es", subject=subject.replace("'", '"'), preheader="", mjml=mjml)
    house.version = add_version(template, texts=[source], fields=known_fields())
    people = add_people(house, 1, domain=f"d{Campaign.objects.count()}.example")
    return Campaign.objects.create(
        name="Intern",
        brand=house.brand,
        topic=house.topic,
        version=house.version,
        dispatch=open_dispatch(house, people),
        reason={},
        state=state,
        started_at=timezone.now(),
    )


def base(house):
    return f"/a/{house.brand.slug}/{house.topic.code}"


def test_issues_are_listed_with_their_subjects_and_no_internal_names(client, house):
    one = publish(house)
    page = get_document(client, base(house))
    assert page.link("Novedades para usted") == f"{base(house)}/{one.pk}"
    assert "Intern" not in page.markup
    assert page.find_forbidden() == []
    assert all(address.startswith("/") for address in page.resources())


def test_a_subject_that_needs_a_name_gives_way_to_the_topic(client, house):
    one = publish(house, subject="Novedades para {{ given_name }}")
    for path in (base(house), f"{base(house)}/{one.pk}"):
        page = get_document(client, path)
        assert "Novedades para" not in page.markup
        assert [words for words in page.texts("main a") if house.topic.name["es"] in words]


def test_a_letter_in_the_archive_names_nobody_counts_nothing_and_lets_nobody_leave(client, house):
    one = publish(house)
    page = get_document(client, f"{base(house)}/{one.pk}")
    response = client.get(page.attribute("iframe", "src"))
    letter = read_document(response)
    assert "Hola cliente" in letter.words
    assert "https://fibranorte.example/novedades" in letter.links()
    assert "Nombre0" not in letter.markup
    assert not re.search(r"/[cuwf]/[a-z2-7]{40}", letter.markup)
    assert "sandbox" in response["Content-Security-Policy"]
    assert not client.cookies


def test_a_promotion_is_for_those_who_allowed_it_and_not_in_the_archive(client, house):
    mjml = MJML.replace(
        "<mj-section>",
        "<em-promotion><mj-section><mj-column><mj-text>Rebajas</mj-text></mj-column></mj-section>"
        "</em-promotion><mj-section>",
        1,
    )
    assert "Rebajas" in mjml
    one = publish(house, mjml=mjml)
    page = get_document(client, f"{base(house)}/{one.pk}")
    letter = get_document(client, page.attribute("iframe", "src"))
    assert "Hola cliente" in letter.words
    assert "Rebajas" not in letter.markup


@pytest.mark.parametrize("state", ["draft", "checked", "planning", "cancelled"])
def test_what_did_not_go_out_is_not_in_it(client, house, state):
    one = publish(house, state=state)
    assert client.get(f"{base(house)}/{one.pk}").status_code == 404
    assert f"{base(house)}/{one.pk}" not in get_document(client, base(house)).links()


def test_a_topic_is_private_unless_it_is_said(client, house):
    one = publish(house)
    house.topic.archive_is_public = False
    house.topic.save()
    for path in ("", f"/{one.pk}", f"/{one.pk}/letter", "/feed.xml"):
        assert client.get(base(house) + path).status_code == 404


def test_the_feed_is_read_by_feed_readers(client, house):
    one = publish(house, subject="Ofertas <b> & más")
    response = client.get(f"{base(house)}/feed.xml")
    feed = ET.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text == "Ofertas <b> & más"
    assert entry.find(f"{ATOM}link").get("href") == f"{house.brand.public_url}{base(house)}/{one.pk}"
    assert entry.find(f"{ATOM}id").text
    assert feed.find(f"{ATOM}updated").text
    assert feed.find(f"{ATOM}author/{ATOM}name").text == house.brand.name  # RFC 4287, 4.1.1


def test_the_list_asks_no_query_per_issue(client, house, django_assert_max_num_queries):
    for _ in range(3):
        publish(house)
    with django_assert_max_num_queries(6):
        client.get(base(house))
