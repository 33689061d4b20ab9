"""Lay out letters on A4 by Typst (letter.typ) into one PDF: values in, bytes out.

Text reaches Typst as JSON that the template shows as strings; it is never part of Typst source. Only the fonts that
Typst embeds are used, so that the same letter looks the same on every machine.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from io import BytesIO
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esmero.rendering.paper.printable import make_printable
from esmero.rendering.paper.window import EnvelopeWindow

if TYPE_CHECKING:
    from typst import Fonts

# Typst keeps the layouts of its last ten documents, so small parts bound the memory.
PART = 10
_TEMPLATE = Path(__file__).with_name("letter.typ")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLetter:
    """Hold the texts of one letter; all of them are printable (see printable.py).

    `number` stands in the window and on each page, so that a letter that comes back is found without opening it.
    `closing` are the lines below the text: why it was written, and how to object.
    """

    number: str
    language: str
    sender: str
    sender_line: str
    address: tuple[str, ...]
    date: str
    subject: str
    paragraphs: tuple[tuple[str, ...], ...]
    closing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedLetters:
    """Hold the PDF, and the number of pages of each letter in their order, without blank backs."""

    pdf: bytes
    pages: tuple[int, ...]


def write_letter(
    *,
    number: str,
    language: str,
    sender: str,
    sender_line: str,
    address: str,
    date: str,
    subject: str,
    text: str,
    closing: Sequence[str],
) -> PaperLetter:
    """Make a letter of plain texts: blank lines part paragraphs. Raises LetterUnprintable."""
    blocks = make_printable(text).strip("\n").split("\n\n")
    paragraphs = (tuple(line for line in block.split("\n") if line.strip()) for block in blocks)
    return PaperLetter(
        number=number,
        language=language,
        sender=make_printable(sender),
        sender_line=make_printable(sender_line),
        address=tuple(make_printable(address).split("\n")),
        date=make_printable(date),
        subject=make_printable(subject),
        paragraphs=tuple(one for one in paragraphs if one),
        closing=tuple(make_printable(words) for words in closing if words),
    )


def print_letters(
    letters: Sequence[PaperLetter], *, window: EnvelopeWindow, title: str, both_sides: bool = False
) -> PrintedLetters:
    """Lay out letters in their order; with `both_sides`, each begins on the front of a sheet.

    Memory: about 0.7 MB a letter of the last hundred, and the PDF. Raises ValueError without letters.
    """
    from pypdf import PdfWriter

    if not letters:
        raise ValueError("there is no letter to print")
    whole = PdfWriter()
    pages: list[int] = []
    for part in batched(letters, PART):
        pdf, found = _print_part(part, window=window, title=title, both_sides=both_sides)
        pages += found
        # The first letter of a part begins on a front, too.
        if both_sides and len(whole.pages) % 2:
            whole.add_blank_page()
        whole.append(BytesIO(pdf), import_outline=False)
    whole.add_metadata({"/Title": title})
    out = BytesIO()
    whole.write(out)
    return PrintedLetters(out.getvalue(), tuple(pages))


def _print_part(
    letters: Sequence[PaperLetter], *, window: EnvelopeWindow, title: str, both_sides: bool
) -> tuple[bytes, list[int]]:
    import typst

    facts: dict[str, Any] = {
        "title": title,
        "both_sides": both_sides,
        "window": asdict(window),
        "letters": [asdict(letter) for letter in letters],
    }
    # The library's types do not know files by name, which its documentation has; sys_inputs would end its caching.
    files: Any = {"main.typ": _read_template(), "letters.json": json.dumps(facts).encode()}
    fonts = _find_fonts()
    pdf: bytes = typst.compile(files, format="pdf", font_paths=fonts, ignore_system_fonts=True, pdf_tags=False)
    # The layout is still in Typst's memory, so this costs next to nothing.
    places = typst.query(files, "<pages>", field="value", one=True, font_paths=fonts, ignore_system_fonts=True)
    return pdf, [last - first + 1 for first, last in json.loads(places)]


@cache
def _read_template() -> bytes:
    return _TEMPLATE.read_bytes()


@cache
def _find_fonts() -> "Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False)
