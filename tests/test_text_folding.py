"""Folding is as its definition says, whichever way it takes."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from esmero.text_folding import fold


@given(st.text() | st.text(st.characters(max_codepoint=0x370)))
@example("Muñoz  Íñigo\x1cÀ")
@example("a\N{COMBINING DOT BELOW}\N{HEBREW POINT PATAH}b\N{COMBINING GRAPHEME JOINER}ß İ")
def test_it_equals_its_definition(text):
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = [letter for letter in letters if not unicodedata.combining(letter)]
    assert fold(text) == " ".join("".join(kept).split())
