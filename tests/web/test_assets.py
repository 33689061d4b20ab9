"""The committed front-end files: complete, and asking nobody."""

import json
import re
from pathlib import Path

import esmero

PACKAGE = Path(esmero.__file__).parent
STATIC = PACKAGE / "static" / "esmero"
ROOT = Path(__file__).resolve().parents[2]


def test_every_icon_that_a_page_names_is_in_the_sprite():
    named = {
        icon
        for file in [*(PACKAGE / "templates").rglob("*.html"), *(PACKAGE / "web").rglob("*.py")]
        for icon in re.findall(r'(?:\bicon "|\bicon="|\bicon\("|\bsymbol=")([a-z0-9-]+)"', file.read_text("utf-8"))
    }
    there = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    assert named == there, "Run `make assets`."


def test_the_style_sheet_loads_only_what_lies_beside_it():
    loaded = re.findall(r"url\(([^)]+)\)", (STATIC / "app.css").read_text("utf-8"))
    assert loaded
    for address in loaded:
        assert (STATIC / address.strip("\"'")).is_file(), address


def test_the_tokens_stand_in_the_style_sheet():
    styles = (STATIC / "app.css").read_text("utf-8").lower()
    for colour in ("#faf9f6", "#131619", "#0e5c59", "#62c4ba", "#ac2f27", "#f08a80"):
        assert colour in styles


def test_the_lock_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = lock["packages"]
    assert all("resolved" not in facts for facts in packages.values())
    assert all("integrity" in facts for name, facts in packages.items() if name and not facts.get("link"))
    assert "//" not in (ROOT / ".npmrc").read_text("utf-8")


def test_each_licence_of_what_is_built_in_comes_along():
    licences = (STATIC / "LICENSES.txt").read_text("utf-8")
    for package in json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]:
        if package not in {"esbuild", "@tailwindcss/cli", "html-validate"}:
            assert package in licences
