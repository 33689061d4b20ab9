from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.intake.mime.message import MAX_OCTETS, MAX_PARTS, MAX_TEXT, parse_message

HEAD = b"From: lola@correo.example\nSubject: hola\n"


def test_agrees_with_the_standard_library_on_what_it_writes():
    message = EmailMessage()
    message["From"], message["Subject"] = "Lola <lola@correo.example>", "Año nuevo"
    message.set_content("Mañana, ¿sí?\n" * 40)
    message.add_alternative("<p>Mañana</p>", subtype="html")
    message.add_attachment(b"\x00\x01", maintype="application", subtype="pdf", filename="año.pdf")
    letter = parse_message(bytes(message))
    leaves = [part for part in message.walk() if not part.is_multipart()]
    assert [part.type for part in letter.parts] == [part.get_content_type() for part in leaves]
    assert [part.content.replace(b"\r\n", b"\n") for part in letter.parts] == [
        part.get_payload(decode=True) for part in leaves
    ]
    assert letter.headers.get("subject") == "Año nuevo"
    assert [part.attached for part in letter.parts] == [False, False, True]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["plain", "html"]), st.text(max_size=200)), min_size=1, max_size=6),
    st.sampled_from(["base64", "quoted-printable"]),
)
def test_texts_survive_their_transfer(parts, encoding):
    message = EmailMessage()
    message.set_content("x")
    message.make_mixed()
    for subtype, text in parts:
        part = EmailMessage()
        part.set_content(text.encode("utf-8", "replace").decode(), subtype=subtype, cte=encoding)
        message.attach(part)
    read = [part.text for part in parse_message(message.as_bytes()).parts]
    wanted = ["x\n"] + [
        part.get_payload(decode=True).decode().replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
        for part in list(message.walk())[2:]
    ]
    assert [text.rstrip("\n") for text in read] == [text.rstrip("\n") for text in wanted]


def test_five_thousand_parts_are_bounded_and_said():
    letter = parse_message(
        HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhola\n" * 5000 + b"--x--\n"
    )
    assert len(letter.parts) == MAX_PARTS
    assert letter.truncated


def test_deep_nesting_is_bounded_and_said():
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3000))
    letter = parse_message(HEAD + deep + b"\nhola")
    assert letter.truncated
    assert letter.headers.address("from") == "lola@correo.example"


def test_a_huge_header_does_not_hide_the_sender_before_it():
    letter = parse_message(HEAD + b"X-Big: " + b"a" * 3_000_000 + b"\n\nhola")
    assert letter.truncated
    assert letter.headers.address("from") == "lola@correo.example"


def test_size_is_bounded():
    letter = parse_message(HEAD + b"\n" + b"hola " * (MAX_OCTETS // 4))
    assert letter.truncated
    assert len(letter.parts[0].text) <= MAX_TEXT


def test_a_lost_content_type_does_not_hide_the_parts():
    body = b"preface\n--edge\nContent-Type: text/plain\n\nhola\n--edge\nContent-Type: text/html\n\n<p>x</p>\n--edge--\n"
    assert [part.type for part in parse_message(HEAD + b"\n" + body).parts] == [
        "x-loose/plain",
        "text/plain",
        "text/html",
    ]
    wrong = HEAD + b"Content-Type: multipart/mixed; boundary=other\n\n" + body
    assert [part.text.strip() for part in parse_message(wrong).parts][1:] == ["hola", "<p>x</p>"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_any_octets_are_a_letter(octets):
    letter = parse_message(octets)
    assert len(letter.parts) <= MAX_PARTS
    assert all(isinstance(part.text, str) for part in letter.parts)
