"""No other place of the source serves or takes a file: all do it by web/files and vault/uploads."""

import ast
from pathlib import Path

import esmero

SOURCE = Path(esmero.__file__).parent
HERE = {"web/files/serving.py", "web/files/upload_field.py"}
# The table of components shows a field of each kind.
SHOWN = {"web/console/parts_gallery.py"}
MAIL = ("rendering/", "intake/", "web/public/edge.py")


def read_names():
    for path in sorted((SOURCE).rglob("*.py")):
        name = str(path.relative_to(SOURCE))
        if name.startswith(MAIL) or name in HERE | SHOWN:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                yield name, node.attr
            elif isinstance(node, ast.Name):
                yield name, node.id
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield name, node.value


def test_one_way_out_and_one_way_in():
    wrong = {"FileResponse", "FileField", "ImageField", "Content-Disposition", "content_disposition_header"}
    assert [(path, name) for path, name in read_names() if name in wrong] == []
