"""Hold the shape of templates: lines that can be read and compared, files that show one section."""

from pathlib import Path

import esmero

TEMPLATES = sorted((Path(esmero.__file__).parent / "templates").rglob("*.html"))
LONGEST_LINE = 160
MOST_LINES = 90


def test_no_line_of_a_template_is_long():
    long = [
        f"{path.name}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]
    assert long == []


def test_no_template_is_long():
    assert [path.name for path in TEMPLATES if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES] == []
