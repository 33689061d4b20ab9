"""A brand's logo at the head of its letters.

Within bounds, read out by its name, and still there when it is replaced.
"""

from io import BytesIO

import pytest
from PIL import Image

from esmero.content.logos import logo_of
from esmero.content.versions import make_letter
from esmero.house.upload_limits import LOGO
from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.vault.pictures import NotAPicture
from esmero.vault.uploads import check_upload, keep_upload
from tests.house_facts import build_house

pytestmark = pytest.mark.django_db


def draw(width, height):
    written = BytesIO()
    Image.new("RGB", (width, height), (200, 80, 20)).save(written, "PNG")
    return written.getvalue()


def give_logo(brand, width, height):
    brand.logo = keep_upload(check_upload(draw(width, height), name="logo.png", rule=LOGO))
    brand.save()
    return brand


@pytest.mark.parametrize(
    ("size", "shown"), [((120, 40), 120), ((960, 96), 240), ((400, 400), 48), ((30, 12), 30), ((2, 4000), 1)]
)
def test_it_takes_no_more_room_than_there_is(size, shown):
    brand = give_logo(build_house().brand, *size)
    assert logo_of(brand).width == shown


def test_a_letter_shows_it_above_its_words_and_readers_get_it(client):
    brand = give_logo(build_house().brand, 120, 40)
    made = make_letter("<p>Hola</p>", brand=brand, title="Hola")
    mail = compile_source(TemplateSource("es", "Hola", "", made.mjml), fields=frozenset(), footer=None)
    html = "".join(piece for piece in mail.html.pieces if isinstance(piece, str))
    assert html.index("<img") < html.index("Hola</p>")
    assert f'alt="{brand.name}"' in html
    assert 'width="120"' in html
    address = logo_of(brand).address
    assert f'src="{address}"' in html
    words = next(line for line, text in enumerate(made.mjml.splitlines(), start=1) if "Hola</p>" in text)
    assert made.blocks[words] == 1, "a problem still leads to the first block"
    answer = client.get(address.removeprefix(brand.public_url.rstrip("/")))
    assert Image.open(BytesIO(answer.getvalue())).size == (120, 40)
    give_logo(brand, 60, 20)
    assert client.get(address.removeprefix(brand.public_url.rstrip("/"))).status_code == 200


def test_a_brand_without_one_writes_without():
    made = make_letter("<p>Hola</p>", brand=build_house().brand, title="Hola")
    assert "mj-image" not in made.mjml.partition("<mj-body")[2]


def test_what_cannot_be_read_is_no_logo():
    with pytest.raises(NotAPicture):
        check_upload(b"\x89PNG\r\n\x1a\n" + bytes(20), name="logo.png", rule=LOGO)
