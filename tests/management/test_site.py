"""The documentation as a site: every link leads somewhere, and no page makes the reader's browser ask anybody else."""

import importlib.util
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
find_requests = runpy.run_path(str(ROOT / "bin/site"))["find_requests"]


@pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None and not os.environ.get("CI"),
    reason="mkdocs is missing: `make docs` brings it",
)
@pytest.mark.slow
def test_the_documentation_builds_strictly_and_asks_nobody(tmp_path):
    built = subprocess.run(
        [sys.executable, str(ROOT / "bin/site"), str(tmp_path / "site")], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site/guide/first-campaign/index.html").is_file()


@pytest.mark.parametrize(
    "html",
    [
        '<script async src="https://cdn.example/x.js"></script>',
        "<link href='//fonts.example/a.css' rel=stylesheet>",
        '<img alt="" src="http://x.example/1.png">',
        "<style>@import 'https://x.example/a.css'; b{background:url(//x.example/b.png)}</style>",
    ],
)
def test_a_request_to_somebody_else_is_found(tmp_path, html):
    (tmp_path / "index.html").write_text(f"<p><a href='https://fine.example'>fine</a>{html}", "utf-8")
    assert find_requests(tmp_path)


def test_links_and_the_canonical_address_are_no_requests(tmp_path):
    html = '<link rel="canonical" href="https://docs.example/"><a href="https://fine.example">fine</a><img src="a.png">'
    (tmp_path / "index.html").write_text(html, "utf-8")
    assert find_requests(tmp_path) == []
