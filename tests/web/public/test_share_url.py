"""An issue to pass on.

One address for all its readers, without a token, that shows what anybody may read and no more.
"""

import re

import pytest

from esmero.campaigns.lifecycle import create_campaign
from esmero.content.versions import add_version, create_template, make_letter
from esmero.mailroom.checking.test_send import send_test
from esmero.mailroom.composing.preview import preview
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.people.models import CustomField, Segment
from esmero.rendering.letters.letter import clean_letter
from esmero.rendering.letters.plain_marks import read_marks
from esmero.rendering.templates.compile import TemplateSource
from tests.house_facts import add_people, build_house
from tests.mailroom.sending.test_promotion import checked, sent
from tests.web.document import get_document, post_document, read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db(transaction=True)
MJML = """<mjml><mj-body><mj-section><mj-column><mj-text>Hola {{ given_name | fallback("cliente") }}, son las obras.
{% if share_url %}<a href="{{ share_url }}">Para enseñarlo</a>{% endif %}
<a href="https://norte.example/obras?a=1&amp;b=2">Obras</a></mj-text></mj-column></mj-section></mj-body></mjml>"""


@pytest.fixture
def house(transactional_db):
    house = build_house(kind="capture")
    house.topic.archive_is_public = True
    house.topic.save()
    house.offers = None
    source = TemplateSource(language="es", subject="Obras", preheader="", mjml=MJML)
    house.version = add_version(create_template("Obras", brand=house.brand), texts=[source], fields=known_fields())
    return house


def find_shares(letter):
    return re.findall(r"https://correo\.fibranorte\.example(/a/[^\s\"<)]+)", letter)


def test_all_readers_get_the_same_address_and_a_stranger_finds_nobody_behind_it(client, house):
    people = add_people(house, 2)
    campaign = checked(house)
    letters = sent(campaign)
    assert len(letters) == 2
    shares = {share for letter in letters.values() for share in find_shares(letter)}
    assert shares == {f"/a/fibra-norte/novedades/{campaign.pk}"}
    assert all(len(find_shares(letter)) == 2 for letter in letters.values())  # once a part
    share = shares.pop()
    for address in (share, f"{share}/letter", "/a/fibra-norte/novedades", "/a/fibra-norte/novedades/feed.xml"):
        page = get_document(client, address)
        for person in people:
            assert person.given_name not in page.markup
            assert person.address.value not in page.markup
            assert person.number not in page.markup
        assert not re.search(r"/[cufwdmo]/[a-z2-7]{40}", page.markup), address
    letter = get_document(client, f"{share}/letter")
    assert "Hola cliente" in letter.words
    assert {f"https://correo.fibranorte.example{share}", "https://norte.example/obras?a=1&b=2"} <= set(letter.links())


def test_where_the_topic_is_public_to_nobody_no_address_is_offered(client, house):
    house.topic.archive_is_public = False
    house.topic.save()
    add_people(house, 1)
    campaign = checked(house)
    [letter] = sent(campaign).values()
    assert "Para enseñarlo" not in letter
    assert find_shares(letter) == []
    assert client.get(f"/a/fibra-norte/novedades/{campaign.pk}").status_code == 404


def test_a_test_leads_to_the_archive_and_the_preview_nowhere(house):
    [person] = add_people(house, 1)
    campaign = checked(house)
    seen = preview(house.version.texts.get(), person=person)
    assert read_document(seen.html).link("Para enseñarlo") == "#"
    send_test(campaign, to="lucia@fibranorte.example", by="Lucía", person=person)
    letters = sent(campaign)
    assert set(find_shares(letters["lucia@fibranorte.example"])) == {"/a/fibra-norte/novedades"}


def test_it_is_among_the_fields_of_both_editors_and_may_be_the_address_of_a_link(client, house):
    client.force_login(staff("manager"))
    at = f"/console/templates/{house.version.template_id}/"
    assert "{{ share_url }}" in get_document(client, at).texts("code")
    assert "share_url" in get_document(client, f"{at}visual/").attribute("[data-fields]", "data-fields").split()
    rich = clean_letter(read_marks("Hola.\n\n[Para enseñarlo]({{ share_url }})"))
    made = make_letter(rich, brand=house.brand, title="x")
    assert 'href="{{ share_url }}"' in made.mjml
    add_version(house.version.template, texts=[TemplateSource("es", "x", "", made.mjml)], fields=known_fields())


def test_a_share_that_leads_nowhere_is_told(client, house):
    client.force_login(staff("manager"))
    open_link = MJML.replace("{% if share_url %}", "").replace("{% endif %}", "")
    version = add_version(
        house.version.template, texts=[TemplateSource("es", "x", "", open_link)], fields=known_fields()
    )
    segment = Segment.objects.create(name="Todos", conditions={})
    campaign = create_campaign(
        "Obras", brand=house.brand, topic=house.topic, version=version, segment=segment, reason={"es": "x"}, by="test"
    )
    care = f"/console/campaigns/{campaign.pk}/care/"
    assert "so it leads nowhere" not in get_document(client, care).words
    house.topic.archive_is_public = False
    house.topic.save()
    page = get_document(client, care)
    [told] = [one for one in page.texts("li") if "are public to nobody, so it leads nowhere" in one]
    assert "between {% if share_url %} and {% endif %}" in told
    assert f"/console/topics/{house.topic.pk}/" in page.links("li a")


def test_no_field_of_the_house_takes_its_name(client):
    client.force_login(staff())
    for key in ("share_url", "confirm_url", "unsubscribe_url"):
        sent_fields = {"key": key, "kind": "text", "label_es": "x", "label_en": "x"}
        page = post_document(client, "/console/settings/fields/new/", sent_fields)
        assert "This key is taken." in page.error("key")
    assert not CustomField.objects.exists()
