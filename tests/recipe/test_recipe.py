"""CONTRIBUTING's "Add a noun" is true: its steps are those that bin/recipe follows, and the noun they make is whole."""

import importlib.util
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "bin" / "recipe"


def load():
    loader = SourceFileLoader("recipe", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("recipe", loader))
    loader.exec_module(module)
    return module


recipe = load()


def read_section():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return text.partition("## Add a noun\n")[2].partition("\n## ")[0]


def test_the_patch_applies_and_touches_few_files_of_others():
    assert recipe.check() == []
    assert len(recipe.list_touched()) <= 8


def test_contributing_names_every_file_of_the_recipe():
    named = set(re.findall(r"`([^`\s]+)`", read_section()))
    files = {*recipe.list_own_files(), *recipe.list_patched_files()}
    wanted = {name.removeprefix("src/esmero/") for name in files if not name.endswith("/__init__.py")}
    assert wanted - named == set()


def test_contributing_names_only_files_that_are_there():
    own = {name.removeprefix("src/esmero/") for name in recipe.list_own_files()}
    named = [name for name in re.findall(r"`([^`\s]+\.\w+)`", read_section()) if "/" in name]
    there = [name in own or (ROOT / name).exists() or (ROOT / "src" / "esmero" / name).exists() for name in named]
    assert [name for name, found in zip(named, there, strict=True) if not found] == []


def test_no_file_of_the_recipe_stands_in_the_program():
    assert [name for name in recipe.list_own_files() if (ROOT / name).exists()] == []


@pytest.mark.slow
@pytest.mark.long
def test_the_noun_of_the_recipe_is_whole():
    done = subprocess.run([sys.executable, str(SCRIPT)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
