"""Nobody but outbox builds a Message or a Dispatch."""

import ast
from pathlib import Path

import esmero

ROOT = Path(esmero.__file__).parent
MADE = {"create", "bulk_create", "get_or_create", "update_or_create"}


def find_makers():
    for path in sorted(ROOT.rglob("*.py")):
        package = path.relative_to(ROOT).parts[0]
        if package in {"outbox", "migrations"}:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        ours = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "esmero.outbox.models"
            for alias in node.names
            if alias.name in {"Message", "Dispatch", "MessageAttachment"}
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            match node.func:
                case ast.Name(id=name) if name in ours:
                    yield path.relative_to(ROOT), node.lineno
                case ast.Attribute(attr=made, value=ast.Attribute(attr="objects", value=ast.Name(id=name))) if (
                    name in ours and made in MADE
                ):
                    yield path.relative_to(ROOT), node.lineno


def test_only_outbox_makes_messages():
    assert list(find_makers()) == []
