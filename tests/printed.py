"""Poppler as the reader of printed letters: it knows nothing of us."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape

import pytest

MM = 72 / 25.4  # points
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


@dataclass(frozen=True)
class Word:
    """One word on a page; all values in mm from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def is_inside(self, window) -> bool:
        return (
            window.left <= self.left
            and self.right <= window.left + window.width
            and window.top <= self.top
            and self.bottom <= window.top + window.height
        )


def require_poppler():
    """Skip by name where pdftotext is missing; fail instead where CI promised it."""
    if shutil.which("pdftotext") is None:
        how = "pdftotext is missing: install Debian's package poppler-utils"
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)


def _pdftotext(pdf: bytes, *flags: str) -> str:
    require_poppler()
    done = subprocess.run(["pdftotext", *flags, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def read_words(pdf: bytes) -> list[list[Word]]:
    """Return the words of each page with their places."""
    pages = _pdftotext(pdf, "-bbox").split("<page ")[1:]
    return [
        [Word(unescape(text), *(float(each) / MM for each in box)) for *box, text in _WORD.findall(page)]
        for page in pages
    ]


def read_pages(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    return _pdftotext(pdf, "-raw").split("\f")[:-1]
