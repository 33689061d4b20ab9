"""Letters on paper, read back by Poppler: the address in the window, pages, and text that looks like code."""

import pytest

from esmero.house.jurisdictions import all_profiles
from esmero.rendering.paper.letter_pdf import print_letters, write_letter
from esmero.rendering.paper.printable import PRINTABLE, LetterUnprintable, make_printable
from tests.printed import read_pages, read_words

ODD = (
    "Íñigo Peña Ñandú",
    '#let x = 1 "] #panic("no")',
    "*b* _i_ $x^2$ @ref <l> \\u{41} // x /* y */ `z` ~",
    "Avenida de la Constitución Española de mil novecientos setenta y ocho",
    "M" * 60,
    "Łódź · Αθήνα · Москва · Dvořák – “ß”",
)
LONG = " ".join(["Lorem ipsum dolor sit amet, consectetur adipiscing elit."] * 200)


def letter(number="7-5", *, address="Ana Peña\nCalle Mayor 1\n28013 Madrid", text="Buenos días.", **facts):
    given = {
        "language": "es",
        "sender": "Fibra Norte",
        "sender_line": "Fibra Norte, S.L. · Calle Mayor 1 · 28013 Madrid",
        "date": "3 de noviembre de 2026",
        "subject": "Su contrato",
        "closing": ["Fibra Norte le escribe."],
        **facts,
    }
    return write_letter(number=number, address=address, text=text, **given)


@pytest.mark.parametrize("profile", sorted(all_profiles()))
@pytest.mark.parametrize("both_sides", [False, True])
def test_the_address_stands_in_the_window_of_each_first_page_and_nothing_else_does(profile, both_sides):
    window = all_profiles()[profile].window
    addresses = ["Ana Peña\nCalle Mayor 1\n28013 Madrid", "\n".join(ODD), "\n".join([*ODD[:5], "FRANCIA"])]
    letters = [
        letter(f"{place}-0", address=address, text=LONG if place == 1 else "Buenos días.")
        for place, address in enumerate(addresses * 5)
    ]
    printed = print_letters(letters, window=window, title="Cartas", both_sides=both_sides)
    pages = read_words(printed.pdf)
    first = 0
    for one, number in zip(letters, printed.pages, strict=True):
        inside = [word for word in pages[first] if word.is_inside(window)]
        seen = "".join(word.text for word in inside).replace("\u200b", "")
        wanted = "".join([one.sender_line, one.number, *one.address])
        assert "".join(seen.split()) == "".join(wanted.split())
        # Nothing crosses the edge of the window.
        assert not [
            word
            for word in pages[first]
            if word not in inside
            and word.right > window.left
            and word.left < window.left + window.width
            and word.bottom > window.top
            and word.top < window.top + window.height
        ]
        for page in pages[first : first + number]:
            assert one.number in [word.text for word in page]
        first += number + (number % 2 if both_sides else 0)
    assert len(pages) in (first, first - 1)  # the last sheet needs no blank back
    assert printed.pages[1] > 1
    assert printed.pages[0] == 1


def test_text_that_looks_like_code_is_shown_as_it_is():
    odd = letter(text="\n".join(ODD) + "\n\n" + "\n\n".join(ODD), subject=ODD[1], closing=[ODD[2]])
    printed = print_letters([odd], window=all_profiles()["ES"].window, title=ODD[1])
    seen = "".join("".join(read_pages(printed.pdf)).split())
    for words in ODD:
        if len(words) == 60:
            continue
        assert seen.count("".join(words.split())) >= 2, words


def test_pages_are_counted_a_letter():
    letters = [letter(f"{place}-0", text=LONG if place % 2 else "Hola.") for place in range(12)]
    printed = print_letters(letters, window=all_profiles()["FR"].window, title="Cartas")
    pages = read_pages(printed.pdf)
    assert len(pages) == sum(printed.pages)
    feet = [page.strip().split("\n")[-1] for page in pages]
    assert feet == [
        f"{place}-0 {page} / {most}" for place, most in enumerate(printed.pages) for page in range(1, most + 1)
    ]


def test_the_same_letters_are_the_same_bytes():
    one, other = (print_letters([letter()], window=all_profiles()["EU"].window, title="x").pdf for _ in range(2))
    assert read_words(one) == read_words(other)


def test_no_letters_make_no_pdf():
    with pytest.raises(ValueError, match="no letter"):
        print_letters([], window=all_profiles()["EU"].window, title="x")


def test_the_font_has_each_printable_character():
    """Typst refuses a PDF/A with a character that the font does not have."""
    import json

    import typst

    source = b"""#set text(font: "Libertinus Serif", fallback: false)
#for one in json("all.json") { par(text(one)); par(strong(text(one))) }"""
    files = {"main.typ": source, "all.json": json.dumps(sorted(PRINTABLE)).encode()}
    fonts = typst.Fonts(include_system_fonts=False)
    assert typst.compile(files, format="pdf", font_paths=fonts, ignore_system_fonts=True, pdf_standards=["a-2b"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("José 🎉 Pérez 👩‍🔧", "José Pérez"),
        ("I\u0301n\u0303igo", "Íñigo"),
        ("12\u202f500 €", "12\u00a0500 €"),
        ("a\tb\x07c\u200b", "a bc"),
        ("uno\r\ndos\n", "uno\ndos\n"),
        ("☎️ 91", " 91"),
    ],
)
def test_pictograms_go_and_letters_stay(text, shown):
    assert make_printable(text) == shown


@pytest.mark.parametrize("text", ["王小明", "محمد", "5 ₿", "∀x", "שלום"])
def test_what_the_font_cannot_show_is_refused_by_name(text):
    with pytest.raises(LetterUnprintable, match=r"U\+"):
        make_printable(text)
