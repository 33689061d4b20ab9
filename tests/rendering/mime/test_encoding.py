import base64
import quopri

from hypothesis import example, given, settings
from hypothesis import strategies as st

from esmero.rendering.mime.encoding import base64_lines, is_shorter_in_base64, quote_chunk, quote_markup, quote_value

# Line ends inside the templates are LF; values come with theirs made so.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"))


def decode(octets: bytes) -> str:
    return quopri.decodestring(octets.replace(b"\r\n", b"\n")).decode()


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=6))
@example(["a ", " b", "\n", ".", "..", "=", "é" * 80, "x" * 200, " " * 90, "From "])
@example(["." * 200, "x" * 75 + "." * 80, "a\n.b\n..", ".a", "x" * 73 + "é."])
@example(["x" * 74 + "=", "x" * 75, "x" * 76, "x" * 73 + "é"])
def test_chunks_stand_side_by_side_and_decode_to_the_whole(parts):
    octets = b"".join(map(quote_chunk, parts))
    assert decode(octets) == "".join(parts)
    assert b"".join(map(quote_value, parts)) == octets
    for line in octets.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith(b".")
        assert b"\r" not in line
        assert b"\n" not in line
        # Canonical for DKIM as it is: RFC 6376, section 3.4.4.
        assert b"  " not in line
        assert b"\t" not in line
        assert not line.endswith(b" ")
    assert octets.isascii()


def test_markup_is_escaped_before_it_is_encoded():
    assert decode(quote_markup("<b>&\"'")) == "&lt;b&gt;&amp;&#34;&#39;"


def test_half_a_surrogate_pair_becomes_a_question_mark():
    assert decode(quote_value("a\ud800b")) == "a?b"


@settings(deadline=None)
@given(texts)
def test_base64_decodes_to_the_text_with_crlf(text):
    octets = base64_lines(text)
    assert base64.b64decode(octets).decode() == text.replace("\n", "\r\n")
    assert all(len(line) <= 76 for line in octets.split(b"\r\n"))


def test_the_shorter_encoding_is_known_by_script():
    assert not is_shorter_in_base64("Año nuevo, precios viejos: así seguimos en León")
    assert is_shorter_in_base64("Мы пишем вам потому, что вы просили")
    assert is_shorter_in_base64("お客様の声をお聞かせください")
