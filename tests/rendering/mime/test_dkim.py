import base64

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.rendering.mime.dkim import DkimKey
from tests.rendering.template_samples import AT, LETTER, body, compiled, personal, press, printed


def pem(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


RSA = {selector: rsa.generate_private_key(public_exponent=65537, key_size=2048) for selector in ("s1", "s2")}
KEYS = tuple(DkimKey(domain="norte.example", selector=selector, private=pem(key)) for selector, key in RSA.items())
VALUES = {"given_name": "Ana", "city": "León", "plan": "Fibra", "works": [{"street": "Cid"}]}


def record(name: bytes, **_: object) -> bytes:
    selector, _, domain = name.decode().rstrip(".").partition("._domainkey.")
    assert domain == "norte.example"
    public = (
        RSA[selector]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def verified(octets: bytes, *, number: int = 0) -> bool:
    try:
        return dkim.DKIM(octets).verify(idx=number, dnsfunc=record)
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("number", [0, 1])
def test_dkimpy_verifies_each_signature(number):
    assert verified(printed(values=VALUES, keys=KEYS).body, number=number)


word = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=90)


@settings(deadline=None, max_examples=40)
@given(word, word, word)
def test_dkimpy_verifies_whatever_the_facts_are(name, city, street):
    values = {"given_name": name, "city": city, "plan": "x", "works": [{"street": street}]}
    someone = personal(name=name, **values)
    assert verified(press(compiled(), keys=KEYS[:1], from_name=city).render(someone, at=AT).body)


def test_a_text_in_base64_verifies_too():
    template = compiled(
        body(LETTER.replace("le escribimos", "Мы пишем вам потому, что вы просили, и только поэтому. " * 30))
    )
    octets = printed(template, values=VALUES, keys=KEYS).body
    assert b"Content-Transfer-Encoding: base64" in octets
    assert verified(octets)


def test_a_local_part_in_utf8_verifies_too():
    assert verified(press(keys=KEYS).render(personal(address="josé@españa.example", **VALUES), at=AT).body)


def test_a_changed_octet_fails():
    octets = printed(values=VALUES, keys=KEYS[:1]).body
    headers = [
        octets.index(b"\r\n" + name + b": ") + len(name) + 6 for name in (b"Subject", b"From", b"List-Unsubscribe")
    ]
    for place in (*headers, octets.index(b"Buenos"), len(octets) - 30):
        changed = octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]
        assert not verified(changed), octets[place - 10 : place + 10]


@pytest.mark.parametrize(
    "header",
    [b"From: chief@norte.example", b"Subject: other", b"To: x@y.example", b"Date: Mon, 1 Jan 2024 00:00:00 +0000"],
)
def test_a_second_header_of_the_weighty_ones_fails(header):
    octets = printed(values=VALUES, keys=KEYS[:1]).body
    assert not verified(header + b"\r\n" + octets)


def signed_names(octets: bytes) -> list[str]:
    signature = octets[: octets.index(b"\r\nDate: ")].decode()
    return "".join(signature.partition(" h=")[2].partition(";")[0].split()).split(":")


def test_what_a_receiver_counts_on_is_signed():
    names = signed_names(printed(values=VALUES, keys=KEYS[:1]).body)
    assert {
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "List-Id",
        "Feedback-ID",
        "Message-ID",
        "Reply-To",
        "MIME-Version",
        "Content-Type",
    } <= set(names)
    assert {name for name in names if names.count(name) == 2} == {"From", "Subject", "To", "Date"}


def test_only_what_is_there_is_listed():
    names = signed_names(printed(values=VALUES, keys=KEYS[:1], bulk=False, list_domain="", feedback_id="").body)
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID", "Precedence"} & set(names)


def test_keys_that_receivers_refuse_are_refused_at_once():
    weak = ed25519.Ed25519PrivateKey.generate()
    with pytest.raises(ValueError, match=r"s1\._domainkey\.norte\.example must be RSA"):
        DkimKey(domain="norte.example", selector="s1", private=pem(weak))


def test_the_secret_is_not_in_the_words_for_a_key():
    assert "PRIVATE" not in repr(KEYS[0])
