import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.intake.mime.charsets import decode, find_codec
from esmero.intake.mime.headers import decode_words, find_address, read_headers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?Factura_de_a=C3=B1o?=", "Factura de año"),
        ("=?utf-8?b?w4k=?= =?utf-8?b?dMOp?=", "Été"),
        ("=?UTF-8?B?4oI=?= =?UTF-8?B?rA==?=", "€"),  # a character cut in two between words
        ("=?nonsense?q?caf=E9?=", "café"),
        ("=?utf-8?b?%%%?=", ""),
        ("a =? b ?= c", "a =? b ?= c"),
    ],
)
def test_encoded_words(value, text):
    assert decode_words(value) == text


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("Lola Ruiz <lola@correo.example>", "lola@correo.example"),
        ('"Ruiz, Lola (casa) <no@x.example>" <lola@correo.example>', "lola@correo.example"),
        ("lola@correo.example (Lola)", "lola@correo.example"),
        ("<@relay.example:lola@correo.example>", "lola@correo.example"),
        ("Lola lola@correo.example", "lola@correo.example"),
        ("MAILER-DAEMON", ""),
        ("(" * 5000, ""),
        ('"' * 5000, ""),
    ],
)
def test_addresses(value, address):
    assert find_address(value) == address


def test_a_bad_line_hides_no_field():
    headers = read_headers(
        b"From nobody Mon\nno header at all\n\tcontinued\n: empty\nFrom: a@b.example\r\nSubject : x\r\n y\n"
    )
    assert headers.get("from") == "a@b.example"
    assert headers.get("subject") == "x y"


def test_parameters_by_rfc_2231():
    headers = read_headers(b"Content-Type: text/plain; charset=\"utf-8\"; name*=iso-8859-1'es'a%F1o.txt")
    assert headers.params() == ("text/plain", {"charset": "utf-8", "name": "año.txt"})


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "rot13", "zip", "base64", "", "x" * 99, "\x00"])
def test_what_is_no_charset_of_mail_has_no_codec(name):
    assert find_codec(name) == ""


@settings(deadline=None)
@given(
    st.binary(max_size=600),
    st.sampled_from(
        ["", "utf-8", "us-ascii", "iso-8859-1", "utf-7", "iso-2022-jp", "gb2312", "koi8-r", "unknown-8bit", "hz"]
    ),
)
def test_any_octets_become_text(octets, charset):
    assert "\x00" not in decode(octets, charset=charset)


@pytest.mark.slow
@settings(deadline=None)
@given(st.text(max_size=300))
def test_utf8_is_read_back(text):
    assert decode(text.encode("utf-8", "replace")) == text.encode("utf-8", "replace").decode().replace("\x00", "")
