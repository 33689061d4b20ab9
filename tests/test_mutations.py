"""What bin/mutations says of a run: only a failed assertion finds a fault. Real pytest, on small files of one test."""

import importlib.util
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each starts pytest

SCRIPT = Path(__file__).parents[1] / "bin" / "mutations"


def load():
    loader = SourceFileLoader("mutations", str(SCRIPT))
    spec = importlib.util.spec_from_loader("mutations", loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = module  # dataclasses look their module up
    loader.exec_module(module)
    return module


mutations = load()


CASES = """
import pytest

@pytest.fixture
def broken():
    assert False

def test_assert():
    assert 1 == 2

def test_words():
    assert 1 == 2, "in words"

def test_raises():
    with pytest.raises(ValueError):
        pass

@pytest.mark.parametrize("n", [1, 2])
def test_one_of_two(n):
    assert n == 1

def test_passes():
    assert True

def test_exception():
    unknown()

def test_fixture(broken):
    pass

def test_skipped():
    pytest.skip("no")
"""


def run(folder, text):
    """Run pytest on one file; return its report."""
    (folder / "test_small.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
    ]
    subprocess.run(command, cwd=folder, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return report


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return run(tmp_path_factory.mktemp("small"), CASES)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("test_assert", "killed"),
        ("test_words", "killed"),
        ("test_raises", "killed"),
        ("test_one_of_two", "killed"),
        ("test_one_of_two[2]", "killed"),
        ("test_one_of_two[1]", "survived"),
        ("test_passes", "survived"),
        ("test_exception", "broken: test_small.py::test_exception ended in NameError"),
        ("test_fixture", "broken: test_small.py::test_fixture ended in error"),
        ("test_skipped", "broken: test_small.py::test_skipped ended in skipped"),
        ("test_gone", "broken: test_small.py::test_gone did not run"),
    ],
)
def test_only_a_failed_assertion_finds_a_fault(report, name, verdict):
    assert mutations.judge(report, [f"test_small.py::{name}"]).startswith(verdict)


def test_each_named_test_must_find_it(report):
    nodes = ["test_small.py::test_assert", "test_small.py::test_passes"]
    assert mutations.judge(report, nodes) == "survived"


def test_an_import_that_fails_finds_nothing(tmp_path):
    report = run(tmp_path, "import nowhere\n\ndef test_it():\n    assert False\n")
    assert mutations.judge(report, ["test_small.py::test_it"]) == "broken: test_small.py::test_it did not run"
    assert mutations.judge(tmp_path / "none.xml", ["test_small.py::test_it"]).startswith("broken")


def test_every_patch_names_tests_that_are_there_and_changes_only_the_program():
    found = [mutations.read_mutation(patch) for patch in sorted(mutations.FOLDER.glob("*.patch"))]
    assert len(found) >= 35
    for mutation in found:
        assert mutation.nodes, mutation.name
        assert mutation.touched(), mutation.name
        assert all(name.startswith("src/") for name in mutation.touched()), mutation.name
        for node in mutation.nodes:
            path, _, name = node.partition("::")
            assert f"def {name.partition('[')[0]}(" in (mutations.ROOT / path).read_text("utf-8"), node


FAULT = """fails: test_small.py::test_it
--- a/small.py
+++ b/small.py
@@ -1,5 +1,5 @@
 # far
 # near
-fast = True
+fast = False
 # near
 # far
"""


def test_a_fault_survives_an_edited_comment_nearby_and_never_a_changed_line(tmp_path):
    patch, program = tmp_path / "slow.patch", tmp_path / "small.py"
    patch.write_text(FAULT)
    program.write_text("# other words\n# near\nfast = True\n# near\n# far\n")
    assert mutations.apply(patch, to=tmp_path) == ""
    assert "fast = False" in program.read_text()
    program.write_text("# far\n# near\nfast = None\n# near\n# far\n")
    assert "small.py:1" in mutations.apply(patch, to=tmp_path)
    assert "fast = None" in program.read_text()
