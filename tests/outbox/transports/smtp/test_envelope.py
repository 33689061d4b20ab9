import io
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.outbox.transports.smtp.capabilities import Capabilities
from esmero.outbox.transports.smtp.envelope import UnsendableError, end_line, stuff_dots, write_envelope
from tests.outbox.transports.smtp.books import make_parcel

ALL = Capabilities(size=True, eight_bit=True, smtputf8=True, dsn=True)
LINES = st.lists(st.text("a.-\x00é", max_size=6).map(str.encode), max_size=12).map(
    lambda lines: b"".join(line + b"\r\n" for line in lines),
)


def unstuff(octets):
    """Read DATA as RFC 5321 4.5.2 has the receiver do it: the body, and what is left after its end."""
    lines = io.BytesIO(octets)
    body = b""
    while (line := lines.readline()) != b".\r\n":
        assert line, "the body never ends"
        body += line.removeprefix(b".")
    return body, lines.read()


@given(LINES)
def test_a_stuffed_body_ends_once_and_reads_as_it_was(body):
    expected = body if body.endswith(b"\r\n") else b"\r\n"
    assert unstuff(stuff_dots(body)) == (expected, b"")


def test_a_last_line_without_end_is_ended():
    assert end_line(b"a\r\nb") == b"a\r\nb\r\n"
    assert stuff_dots(b".") == b"..\r\n.\r\n"


@pytest.mark.parametrize(
    "end",
    ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\n", "\r", "\r\r\n", "\n\r\n"],
)
def test_a_body_that_could_be_taken_for_two_messages_is_refused(end):
    body = f"Subject: x\r\n\r\nbefore{end}MAIL FROM:<evil@example.com>\r\n".encode()
    with pytest.raises(UnsendableError, match="bare CR or LF") as refused:
        write_envelope(make_parcel(1, body=body), ALL)
    assert refused.value.enhanced == "5.6.0"


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "a@b.example\r\n",
        "a\n@b.example",
        "a\x00@b.example",
        "a b@c.example",
        "a@b.example> SIZE=1",
        "<a@b.example>",
        "a@",
        "@b.example",
        "nobody",
        "",
        "a@b@c.example",
        '"a\r\n"@b.example',
        '"a"b"@c.example',
        "x" * 250 + "@b.example",
        "a@b.example\x85",
    ],
)
@pytest.mark.parametrize("field", ["recipient", "return_path"])
def test_what_is_not_one_address_never_reaches_a_command(address, field):
    if field == "return_path" and not address:
        assert write_envelope(make_parcel(1, return_path=""), ALL).mail.startswith(b"MAIL FROM:<>")
        return
    with pytest.raises(UnsendableError):
        write_envelope(make_parcel(1, **{field: address}), ALL)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_gives_one_line_a_command_or_a_refusal(sender, recipient):
    try:
        envelope = write_envelope(make_parcel(1, return_path=sender, recipient=recipient, smtputf8=True), ALL, dsn=True)
    except UnsendableError:
        return
    for command in (envelope.mail, envelope.rcpt):
        assert command.endswith(b"\r\n")
        assert not {*command[:-2]} & {0, 10, 13}


@pytest.mark.parametrize("address", ["maría@example.es", "a@españa.example"])
def test_letters_beyond_ascii_need_smtputf8_on_both_sides(address):
    with pytest.raises(UnsendableError, match="xn--") as refused:
        write_envelope(make_parcel(1, recipient=address), ALL)
    assert refused.value.enhanced == "5.6.7"
    with pytest.raises(UnsendableError, match="does not offer"):
        write_envelope(make_parcel(1, recipient=address, smtputf8=True), Capabilities(eight_bit=True))
    envelope = write_envelope(make_parcel(1, recipient=address, smtputf8=True), ALL)
    assert envelope.mail.endswith(b" SMTPUTF8 BODY=8BITMIME\r\n")
    assert envelope.rcpt == f"RCPT TO:<{address}>\r\n".encode()


def test_octets_beyond_ascii_need_8bitmime():
    parcel = make_parcel(1, text="año".encode())
    assert b"BODY=8BITMIME" in write_envelope(parcel, ALL).mail
    with pytest.raises(UnsendableError, match="quoted-printable"):
        write_envelope(parcel, Capabilities())
    assert b"BODY" not in write_envelope(make_parcel(1), ALL).mail


def test_size_is_told_and_heeded():
    parcel = make_parcel(1)
    size = len(parcel.body)
    assert b" SIZE=%d\r\n" % size in write_envelope(parcel, Capabilities(size=True, size_limit=size)).mail
    with pytest.raises(UnsendableError, match=f"{size} octets, the relay takes {size - 1}") as refused:
        write_envelope(parcel, Capabilities(size=True, size_limit=size - 1))
    assert refused.value.enhanced == "5.3.4"
    assert b"SIZE" not in write_envelope(parcel, Capabilities()).mail


def test_reports_are_asked_for_only_where_offered_and_wanted():
    parcel = make_parcel(7, recipient="a+b=c@example.com")
    envelope = write_envelope(parcel, ALL, dsn=True)
    assert b" RET=HDRS ENVID=7\r\n" in envelope.mail
    # RFC 3461: "+" and "=" are written in hexadecimal
    assert envelope.rcpt == b"RCPT TO:<a+b=c@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.com\r\n"
    assert b"NOTIFY" not in write_envelope(parcel, ALL).rcpt
    assert b"NOTIFY" not in write_envelope(parcel, Capabilities(), dsn=True).rcpt


def test_the_body_is_still_a_message_for_the_standard_library():
    body, _ = unstuff(stuff_dots(make_parcel(3, text=b".hidden\r\n..more\r\nplain").body))
    message = message_from_bytes(body, policy=policy.SMTP)
    assert message["X-Key"] == "3"
    assert message.get_payload() == ".hidden\r\n..more\r\nplain\r\n"
