"""Files from outside: by their content, whatever their name and declared size say; hostile ones are refused."""

import zlib
from io import BytesIO
from struct import pack

import pytest
from PIL import Image, ImageCms

from esmero.house.upload_limits import LIST, LOGO, PICTURE, PROOF
from esmero.refusal import InvalidValue
from esmero.vault.file_types import PROGRAM, SVG, UNKNOWN, recognise_type
from esmero.vault.uploads import UploadRule, check_upload, read_upload

DRAWING = UploadRule(kind="drawing", most=100_000, types=frozenset({SVG, "image/png"}))
HTML = b"<!doctype html><script>alert(1)</script>"


def draw(kind="PNG", size=(12, 8), **how):
    written = BytesIO()
    Image.new("RGB", size, (14, 92, 89)).save(written, kind, **how)
    return written.getvalue()


def bomb(width, height):
    """A PNG of a few octets that declares this many pixels."""

    def chunk(kind, data):
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (draw("PNG"), "image/png"),
        (draw("JPEG"), "image/jpeg"),
        (draw("GIF"), "image/gif"),
        (draw("WEBP"), "image/webp"),
        (draw("TIFF"), "image/tiff"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04rest", "application/zip"),
        (b"MZ\x90\0", PROGRAM),
        (b"\x7fELF\x02", PROGRAM),
        (b"#!/bin/sh\n", PROGRAM),
        (HTML, "text/html"),
        (b"\xef\xbb\xbf  <HTML>", "text/html"),
        (b"<?xml version='1.0'?><!-- x --><svg xmlns='http://www.w3.org/2000/svg'/>", SVG),
        ("Número;Nombre\n1;Begoña\n".encode(), "text/plain"),
        (("ñ" * 4000).encode(), "text/plain"),
        ("Número".encode("utf-16"), UNKNOWN),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\1\2", UNKNOWN),
    ],
)
def test_a_type_is_known_by_content(content, media_type):
    assert recognise_type(content) == media_type


@pytest.mark.parametrize(
    ("content", "rule", "code"),
    [
        (b"", PICTURE, "upload-empty"),
        (HTML, PICTURE, "upload-of-wrong-type"),
        (b"%PDF-1.7", PICTURE, "upload-of-wrong-type"),
        (draw("TIFF"), PICTURE, "upload-of-wrong-type"),
        (draw("WEBP"), LOGO, "upload-of-wrong-type"),
        (draw() + bytes(300_000), LOGO, "upload-too-large"),
        (b"GIF89a" + HTML, PICTURE, "picture-unreadable"),
        (b"\xff\xd8\xff" + HTML, PICTURE, "picture-unreadable"),
        (draw()[:-20], PICTURE, "picture-unreadable"),
        (bomb(50_000, 50_000), PICTURE, "picture-too-many-pixels"),
        (bomb(6_000, 6_000), PICTURE, "picture-too-many-pixels"),
        (b"MZ\x90\0", PROOF, "upload-program"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PICTURE, "upload-of-wrong-type"),
        (b"<svg><a></svg>", DRAWING, "svg-unreadable"),
    ],
)
def test_a_hostile_file_is_refused(content, rule, code):
    with pytest.raises(InvalidValue) as refusal:
        check_upload(content, name="foto.png", rule=rule)
    assert refusal.value.code == code


def test_a_file_of_ten_gigabytes_is_refused_before_an_octet_is_read():
    class Unread(BytesIO):
        def read(self, *_args):
            raise AssertionError("read")

    with pytest.raises(InvalidValue) as refusal:
        read_upload(Unread(), size=10_000_000_000, name="lista.csv", rule=LIST)
    assert refusal.value.facts["most"] == LIST.most


def test_a_file_longer_than_it_declared_is_refused():
    with pytest.raises(InvalidValue) as refusal:
        read_upload(BytesIO(bytes(LOGO.most + 9)), size=3, name="logo.png", rule=LOGO)
    assert refusal.value.code == "upload-too-large"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_of_a_picture_that_is_a_page_too_only_the_pixels_stay(kind):
    how = {"comment": HTML} if kind in {"JPEG", "GIF"} else {"exif": b"Exif\0\0" + HTML, "icc_profile": HTML}
    kept = check_upload(draw(kind, **how) + HTML, name="x.png", rule=PICTURE)
    assert b"script" not in kept.content
    shown = Image.open(BytesIO(kept.content))
    shown.load()
    assert (shown.size, kept.width, kept.height) == ((12, 8), 12, 8)
    assert not shown.info.get("icc_profile")


def test_colours_of_another_profile_are_converted():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    assert check_upload(draw(icc_profile=profile.tobytes()), name="x.png", rule=PICTURE).media_type == "image/png"
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    kept = check_upload(draw(icc_profile=srgb.tobytes()), name="x.png", rule=PICTURE)
    assert Image.open(BytesIO(kept.content)).convert("RGB").getpixel((3, 3)) == (14, 92, 89)


def test_the_second_picture_that_a_telephone_hides_in_a_jpeg_goes():
    written = BytesIO()
    pictures = [Image.new("RGB", (12, 8), colour) for colour in ("red", "blue")]
    pictures[0].save(written, "MPO", save_all=True, append_images=pictures[1:])
    kept = check_upload(written.getvalue(), name="x.jpg", rule=PICTURE)
    assert kept.media_type == "image/jpeg"
    assert getattr(Image.open(BytesIO(kept.content)), "n_frames", 1) == 1


@pytest.mark.parametrize("content", [HTML, b"%PDF-1.7\n" + HTML, draw("JPEG", comment=b"GPS")])
def test_evidence_is_kept_to_the_octet(content):
    kept = check_upload(content, name="../x\r\n.html", rule=PROOF)
    assert (kept.content, kept.name) == (content, "x.html")
