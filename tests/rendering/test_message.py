"""The hot path held against a plain render: Jinja2 on the whole template, addresses put in by search and replace."""

import email
import email.policy
import re
from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from esmero.rendering.mime.headers import HeaderInjection
from esmero.rendering.templates.language import HTML_ENVIRONMENT, TEXT_ENVIRONMENT
from esmero.rendering.tokens import TokenPurpose
from tests.rendering.template_samples import (
    AT,
    LETTER,
    SIGNER,
    TODAY,
    body,
    compiled,
    frame,
    personal,
    press,
    printed,
    section,
)

TEMPLATE = compiled()
WELL = {"given_name": "Ana", "city": "León", "plan": "Fibra", "works": [{"street": "Cid"}, {"street": "Rúa"}]}
KINDS = {
    "r": TokenPurpose.RETURN,
    "u": TokenPurpose.UNSUBSCRIBE,
    "f": TokenPurpose.PREFERENCES,
    "c": TokenPurpose.CLICK,
    "w": TokenPurpose.WHY,
}


def read(octets: bytes):
    return email.message_from_bytes(octets, policy=email.policy.default)


def parts(octets: bytes) -> tuple[str, str]:
    text, html = read(octets).iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def plain_render(pattern, values: dict[str, object]) -> str:
    environment = HTML_ENVIRONMENT if pattern.markup else TEXT_ENVIRONMENT
    written = environment.from_string(pattern.source).render(values)

    def address(match: re.Match[str]) -> str:
        link = 70 + int(match[2]) if match[1] == "c" else 0
        return f"https://correo.norte.example/{match[1]}/{SIGNER.sign(KINDS[match[1]], 4711, link=link, day=TODAY)}"

    return re.sub("\ue006([a-z])([0-9]+)\ue007", address, written)


def check_lines(octets: bytes) -> None:
    assert octets.endswith(b"\r\n")
    assert b"\0" not in octets
    for line in octets.split(b"\r\n"):
        assert b"\r" not in line
        assert b"\n" not in line
        assert not line.startswith(b".")
        assert len(line) <= 998
    _, _, content = octets.partition(b"\r\n\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 76
    assert content.isascii()


anything = st.one_of(
    st.none(),
    st.integers(),
    st.text(),
    st.text(st.sampled_from(".=\n\r \t<&\"'ñé漢👩‍👩‍👧\u2028\x00\x85"), max_size=120),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=70, max_size=300),
)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(anything, anything, anything, st.lists(anything, max_size=3))
@example(".", "..\n.", "From x", [" ", "\n.\n"])
@example("x" * 75, "x" * 76, "é" * 40, ["=" * 80])
@example("\ud800", "\ue0060\ue007", "{{ plan }}", ["{% if"])
def test_the_decoded_message_is_the_plain_render(name, city, plan, streets):
    values = {"given_name": name, "city": "x", "plan": city, "works": [{"street": street} for street in streets]}
    octets = printed(TEMPLATE, values=values).body
    check_lines(octets)
    assert parts(octets) == (plain_render(TEMPLATE.text, values), plain_render(TEMPLATE.html, values))


@pytest.mark.slow
@pytest.mark.parametrize(("much", "encoded"), [(6, 1), (60, 2)])
@settings(deadline=None, max_examples=30)
@given(streets=st.lists(anything, max_size=3))
def test_a_part_in_base64_is_the_plain_render_too(much, encoded, streets):
    template = compiled(body(LETTER.replace("le escribimos", "Мы пишем вам потому, что вы просили. " * much)))
    values = WELL | {"works": [{"street": street} for street in streets]}
    octets = printed(template, values=values).body
    assert octets.count(b"Content-Transfer-Encoding: base64") == encoded
    check_lines(octets)
    assert parts(octets) == (plain_render(template.text, values), plain_render(template.html, values))


def test_what_is_missing_leaves_nothing_behind():
    text, html = parts(printed(TEMPLATE, values={}).body)
    assert "None" not in text + html
    assert "Buenos días, cliente & amigo: le escribimos a ." in text
    assert "cliente &amp; amigo" in html


def test_the_envelope_and_the_headers():
    mail = printed(TEMPLATE, values=WELL)
    message = read(mail.body)

    def token(purpose: TokenPurpose) -> str:
        return SIGNER.sign(purpose, 4711, day=TODAY)

    assert mail.return_path == f"r-{token(TokenPurpose.RETURN)}@r.norte.example"
    assert len(mail.return_path.partition("@")[0]) <= 64
    assert mail.recipient == "ana@correo.example"
    assert not mail.needs_smtputf8
    assert dict(message.items()) == {
        "Date": "Tue, 24 Nov 2026 09:30:00 +0000",
        "To": "Ana Ruiz <ana@correo.example>",
        "Reply-To": f"Fibra Norte <p-{token(TokenPurpose.REPLY)}@b.norte.example>",
        "Subject": "Obras en León",
        "Message-ID": "<x4711@norte.example>",
        "List-Unsubscribe": f"<https://correo.norte.example/u/{token(TokenPurpose.UNSUBSCRIBE)}>, "
        f"<mailto:u-{token(TokenPurpose.UNSUBSCRIBE)}@b.norte.example?subject=unsubscribe>",
        "From": "Fibra Norte <hola@norte.example>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "List-Id": "Boletín de noviembre <boletin.norte.example>",
        "Feedback-ID": "nov:boletin:fn:esmero",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_esmero_alternative"',
    }
    assert not message.defects
    assert all(not part.defects for part in message.walk())


def test_each_header_stands_once():
    names = read(printed(TEMPLATE, values=WELL, auto_submitted="auto-generated").body).keys()
    assert len(names) == len({name.lower() for name in names})


def test_service_mail_says_it_is_automatic_and_offers_no_list():
    message = read(
        printed(TEMPLATE, values=WELL, bulk=False, list_domain="", feedback_id="", auto_submitted="auto-generated").body
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "List-Id", "Feedback-ID"} & set(
        message.keys()
    )


def test_the_same_message_is_the_same_again_so_that_a_retry_is_no_second_one():
    assert printed(TEMPLATE, values=WELL) == printed(TEMPLATE, values=WELL)


def test_each_link_leads_to_its_own_id_in_both_parts():
    text, html = parts(printed(TEMPLATE, values=WELL).body)
    for place, target in enumerate(TEMPLATE.links):
        address = f"https://correo.norte.example/c/{SIGNER.sign(TokenPurpose.CLICK, 4711, link=70 + place, day=TODAY)}"
        assert target not in html
        assert f'"{address}"' in html
        assert f"({address})" in text


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b"])
@pytest.mark.parametrize(
    ("field", "header", "someone"),
    [
        ("name", "To", lambda bad: personal(name=bad, **WELL)),
        ("address", "To", lambda bad: personal(address=f"ana{bad}@correo.example", **WELL)),
        ("city", "Subject", lambda bad: personal(**(WELL | {"city": bad}))),
    ],
)
def test_a_line_break_in_the_facts_refuses_that_one_message(bad, field, header, someone):
    with pytest.raises(HeaderInjection) as caught:
        press(TEMPLATE).render(someone(bad), at=AT)
    assert caught.value.facts == {"field": field, "header": header}


@pytest.mark.parametrize(
    "field", ["from_name", "base_url", "list_label", "list_name", "feedback_id", "auto_submitted", "from_address"]
)
def test_a_line_break_in_the_frame_is_refused_before_any_message(field):
    with pytest.raises(HeaderInjection) as caught:
        press(TEMPLATE, **{field: "a\r\nBcc: x@y.example"})
    assert caught.value.facts["field"] == field


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(st.text(), st.text(), st.text())
def test_no_fact_adds_a_header_or_a_recipient(name, address, city):
    expected = read(printed(TEMPLATE, values=WELL).body).keys()
    try:
        mail = press(TEMPLATE).render(personal(name=name, address=address, **(WELL | {"city": city})), at=AT)
    except HeaderInjection:
        return
    check_lines(mail.body)
    message = read(mail.body)
    assert message.keys() == expected
    assert len(message["To"].addresses) == 1


def test_a_foreign_script_goes_out_as_it_must():
    mail = press(TEMPLATE).render(personal(address="josé@españa.example", **WELL), at=AT)
    assert mail.recipient == "josé@xn--espaa-rta.example"
    assert mail.needs_smtputf8
    assert "To: Ana Ruiz <josé@xn--espaa-rta.example>\r\n".encode() in mail.body
    mail = press(TEMPLATE).render(personal(address="ana@españa.example", **WELL), at=AT)
    assert not mail.needs_smtputf8


def test_smtp_finds_no_dot_to_stuff():
    template = compiled(section("<mj-text>{{ city }}.<br>.b</mj-text>"), subject="x", footer=None)
    for city in (".hidden", "", "\n.\n", "." * 200):
        octets = printed(template, values={"city": city}).body
        assert b"\n." not in octets
        assert parts(octets)[0] == plain_render(template.text, {"city": city})


def test_the_time_needs_a_zone():
    with pytest.raises(ValueError, match="time zone"):
        press(TEMPLATE).render(personal(**WELL), at=datetime(2026, 11, 24))  # noqa: DTZ001


def test_the_number_of_ids_is_the_number_of_links():
    from esmero.rendering.message import MessageRenderer

    with pytest.raises(ValueError, match="has 2 links, but 1 ids"):
        MessageRenderer(TEMPLATE, frame(), link_ids=[1], signer=SIGNER)
