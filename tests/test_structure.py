"""Hold the shape of the source tree: a newcomer finds a thing by its name alone."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import esmero

SOURCE = Path(esmero.__file__).parent
GLOSSARY = SOURCE.parents[1] / "docs" / "glossary.md"
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent.name != "migrations"]
MOST_MODULES = 15
NOT_A_VERB = re.compile(
    r"(what|who|whom|whose|whatever|how|which|where|whether|the|an?|one|all|by|from|of|in|on|if|each|every|those|some)\b",
    re.IGNORECASE,
)


def test_no_two_classes_have_one_name():
    places = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name not in {"Meta", "Media"}:
                places[node.name].append(str(path.relative_to(SOURCE)))
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_no_package_has_a_long_row_of_modules():
    rows = defaultdict(int)
    for path in MODULES:
        if path.name != "__init__.py":
            rows[str(path.parent.relative_to(SOURCE))] += 1
    assert {package: number for package, number in rows.items() if number > MOST_MODULES} == {}


def test_every_package_is_visible_to_the_import_contracts():
    folders = {path.parent for path in MODULES} - {SOURCE}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_docstrings_begin_with_a_verb():
    wrong = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                first = (ast.get_docstring(node) or "").split("\n")[0]
                if NOT_A_VERB.match(first):
                    wrong.append(f"{path.relative_to(SOURCE)} {getattr(node, 'name', '')}: {first}")
    assert wrong == []


def test_the_glossary_names_modules_that_exist():
    """Resolve each path in backticks; a name without a folder belongs to the path before it in the same line."""
    missing = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            continue
        folder = SOURCE
        for name in re.findall(r"`([\w/]+(?:/|\.py))`", line):
            if (folder / name).exists() and folder != SOURCE:
                continue
            path = SOURCE / name
            if path.exists():
                folder = path if path.is_dir() else path.parent
            else:
                missing.append(name)
    assert missing == []
