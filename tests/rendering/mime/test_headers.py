import email
import email.policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.rendering.mime.headers import (
    HeaderInjection,
    encode_mailbox,
    encode_text,
    guard,
    write_address,
    write_domain,
)

one_line = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


def parse(name: str, value: str):
    octets = f"{name}: {value}\r\n\r\n".encode()
    for line in octets.split(b"\r\n"):
        assert len(line) <= 998
        for word in line.split():
            if word.startswith(b"=?"):
                assert len(word) <= 75
    return email.message_from_bytes(octets, policy=email.policy.default)


def display_name(value: str) -> str:
    """Read by the older parser: the newer one of Python 3.12 keeps the blank between two encoded words of a phrase."""
    return str(make_header(decode_header(parseaddr(value)[0])))


@settings(deadline=None)
@given(one_line)
def test_a_subject_is_read_as_it_was_written_but_for_its_white_space(text):
    message = parse("Subject", encode_text(text, used=9))
    assert message.keys() == ["Subject"]
    assert str(message["Subject"]) == " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["=?utf-8?q?no?=", "x" * 2000, "palabra " * 60, "ñ" * 300, "日本語" * 60, "👩‍👩‍👧 " * 30, "a\x07b"]
)
def test_awkward_subjects_are_read_as_they_were_written(text):
    message = parse("Subject", encode_text(text, used=9))
    assert str(message["Subject"]) == " ".join(text.split())


@settings(deadline=None)
@given(one_line)
def test_a_display_name_never_becomes_an_address(name):
    value = encode_mailbox(name, "ana@correo.example", used=4)
    message = parse("To", value)
    assert [each.addr_spec for each in message["To"].addresses] == ["ana@correo.example"]
    assert not message["To"].defects
    assert display_name(value).split() == name.split()


@pytest.mark.parametrize(
    "name",
    ['Ana "la de León" Ruiz', "Ruiz, Ana", "Ana <x@y.example>", "a\\b", "Ana (León)", "@", "José, María", "x" * 200],
)
def test_names_with_meaning_are_put_out_of_harm(name):
    value = encode_mailbox(name, "ana@correo.example", used=4)
    assert [each.addr_spec for each in parse("To", value)["To"].addresses] == ["ana@correo.example"]
    assert display_name(value) == name


def test_an_empty_name_leaves_the_bare_address():
    assert encode_mailbox(" ", "ana@correo.example", used=4) == "ana@correo.example"


@pytest.mark.parametrize("value", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b"])
def test_a_line_break_is_refused_with_header_and_field(value):
    with pytest.raises(HeaderInjection, match=r"^header-with-break ") as caught:
        guard(value, header="To", field="given_name")
    assert caught.value.facts == {"header": "To", "field": "given_name"}


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("Ana.Ruiz+x@Correo.Example", "Ana.Ruiz+x@correo.example"),
        ("ana@españa.example", "ana@xn--espaa-rta.example"),
        ("ana@straße.example", "ana@xn--strae-oqa.example"),
        ("ana@例え.テスト", "ana@xn--r8jz45g.xn--zckzah"),
        ("josé@españa.example", "josé@xn--espaa-rta.example"),
        ('"ana ruiz"@correo.example', '"ana ruiz"@correo.example'),
    ],
)
def test_domains_go_out_as_a_labels_and_local_parts_as_they_are(address, written):
    assert write_address(address, header="To", field="address") == written


@pytest.mark.parametrize(
    "address",
    ["", "ana", "@x.example", "ana@", "a b@x.example", "ana@x>, <b@y.example", "ana@x.example\r\nBcc: b",
        "a,b@x.example", "ana@x..example",
     "ana@-x.example", "ana@x example", "a" * 65 + "@x.example", "ana\u2028@x.example", "ana@x\u3000y.example",
     "<ana@x.example>", "ana@x.example\0"],
)  # fmt: skip
def test_what_is_not_an_address_is_refused(address):
    with pytest.raises(HeaderInjection, match=r"^header-without-(address|domain) "):
        write_address(address, header="To", field="address")


@settings(deadline=None)
@given(st.text())
def test_any_address_is_refused_or_harmless(address):
    try:
        written = write_address(address, header="To", field="address")
    except HeaderInjection:
        return
    assert not set("\r\n\0<>") & set(written) or written.startswith('"')
    assert write_domain(written.rpartition("@")[2]).isascii()
