"""The library of pictures: decoded by an independent program, stripped, kept once, and never anything but a picture."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from esmero.content.archiving import archive, unarchive
from esmero.content.media import (
    add_picture,
    find_uses,
    public_address,
    public_path,
    to_local,
    to_public,
)
from esmero.content.models import MediaFile
from esmero.content.versions import add_version, create_template
from esmero.house.upload_limits import PICTURE
from esmero.refusal import InvalidValue
from esmero.rendering.templates.compile import TemplateSource
from esmero.vault.models import StoredFile
from esmero.vault.uploads import check_upload
from tests.house_facts import build_house
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    house = build_house()
    house.user = staff("manager")
    return house


def draw(kind="PNG", size=(40, 20), *, frames=1, **how):
    written = BytesIO()
    pictures = [Image.new("RGB", size, (10 * n, 80, 120)) for n in range(frames)]
    more = {"save_all": True, "append_images": pictures[1:], "duration": 120} if frames > 1 else {}
    pictures[0].save(written, kind, **more, **how)
    return written.getvalue()


def keep(house, content, **facts):
    said = {"name": "Foto", "alt": {"es": "Una foto"}, "by": house.user, **facts}
    file = check_upload(content, name="Foto.png", rule=PICTURE)
    return add_picture(file, brand=house.brand, **said)


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_each_kind_is_kept_and_comes_back_to_readers_for_ever(client, house, kind, media_type):
    picture, new = keep(house, draw(kind))
    assert (new, picture.media_type, picture.width, picture.height) == (True, media_type, 40, 20)
    answer = client.get(public_path(picture))
    assert answer["Content-Type"] == media_type
    assert "immutable" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer
    assert Image.open(BytesIO(answer.getvalue())).size == (40, 20)
    assert client.get(public_path(picture), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get(public_path(picture).rsplit(".", 1)[0] + ".svg").status_code == 404
    assert client.get(f"/m/{'0' * 64}.png").status_code == 404


def test_the_same_picture_is_kept_once_and_comes_back_from_the_archive(house):
    first, _ = keep(house, draw())
    archive(MediaFile, [first.pk], by=house.user)
    again, new = keep(house, draw(), name="Otra vez")
    assert (again.pk, new) == (first.pk, False)
    assert MediaFile.objects.get().archived_at is None
    assert StoredFile.objects.count() == 1


def test_where_and_with_what_it_was_taken_stays_with_who_took_it(client, house):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    picture, _ = keep(house, draw("JPEG", exif=exif))
    content = client.get(public_path(picture)).getvalue()
    assert (picture.width, picture.height) == (20, 40), "turned upright"
    assert b"SecretCamera" not in content
    assert len(Image.open(BytesIO(content)).getexif()) == 0
    facts = PngImagePlugin.PngInfo()
    facts.add_text("Author", "SecretName")
    picture, _ = keep(house, draw("PNG", pnginfo=facts) + b"<script>alert(1)</script>")
    content = client.get(public_path(picture)).getvalue()
    assert b"SecretName" not in content
    assert b"script" not in content


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_moves_still_moves(client, house, kind):
    picture, _ = keep(house, draw(kind, frames=3))
    shown = Image.open(BytesIO(client.get(public_path(picture)).getvalue()))
    assert shown.n_frames == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "upload-empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "upload-of-wrong-type"),
        (b"GIF89a<script>", "picture-unreadable"),
        (draw("PNG")[:-30], "picture-unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 9_000_000, "upload-too-large"),
    ],
    ids=["nothing", "svg", "not a gif", "cut off", "huge"],
)
def test_what_is_no_picture_is_refused(house, content, code):
    with pytest.raises(InvalidValue) as refusal:
        keep(house, content)
    assert refusal.value.code == code
    assert not MediaFile.objects.exists()


def test_a_picture_of_more_pixels_than_memory_should_hold_is_refused(house):
    with pytest.raises(InvalidValue) as refusal:
        keep(house, draw("PNG", size=(8_000, 5_000)))
    assert refusal.value.code == "picture-too-many-pixels"


def test_where_a_picture_is_used(house):
    picture, _ = keep(house, draw())
    template = create_template("Con foto", brand=house.brand)
    address = public_address(picture, brand=house.brand)
    mjml = (
        f'<mjml><mj-body><mj-section><mj-column><mj-image src="{address}" alt="x" /></mj-column></mj-section>'
        "</mj-body></mjml>"
    )
    add_version(template, texts=[TemplateSource("es", "s", "", mjml)], fields=())
    assert list(find_uses(picture)) == [template]
    assert address == f"https://correo.fibranorte.example{public_path(picture)}"
    assert to_public(to_local(mjml, brand=house.brand), brand=house.brand) == mjml
    assert f'src="{public_path(picture)}"' in to_local(mjml, brand=house.brand)


def test_archiving_can_be_taken_back(house):
    picture, _ = keep(house, draw())
    assert archive(MediaFile, [picture.pk], by=house.user) == [picture.pk]
    assert archive(MediaFile, [picture.pk], by=house.user) == []
    assert unarchive(MediaFile, [picture.pk], by=house.user) == [picture.pk]
