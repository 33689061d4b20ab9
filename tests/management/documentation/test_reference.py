"""The reference says what the code says."""

from pathlib import Path

import pytest

from esmero.house.configuration import list_settings
from esmero.management.command_line import COMMANDS, build_parser
from esmero.management.documentation.pages import PAGES
from esmero.management.documentation.reference import commands_page, settings_page

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_the_code_says(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), f"docs/{name} lies: run `make docs` and commit it"


def test_every_command_has_words_and_every_argument_a_meaning():
    page = commands_page(build_parser())
    assert page.count("\n## `esmero ") >= len(COMMANDS)
    for line in page.splitlines():
        if line.startswith("| `"):
            assert line.split("|")[2].strip(), line


def test_every_setting_has_a_meaning():
    page = settings_page()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == len(list_settings())
    assert all(row.split("|")[4].strip() for row in rows)
