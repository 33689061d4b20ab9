"""The folders of a house and its empty, migrated database: made once in a run, and copied by all who need a house of their own."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def foundation(tmp_path_factory):
    """An empty house, in the folder of this run that all who run side by side see: whoever comes first makes it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with hold(shared / "foundation"):
        if not (shared / "foundation" / "esmero.sqlite3").exists():
            _make(shared / "foundation")
    return shared / "foundation"


@contextmanager
def hold(what: Path) -> Iterator[None]:
    """Nobody else has `what` until the block ends."""
    with what.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(home: Path) -> None:
    command = [sys.executable, "-m", "esmero", "init"]
    facts = {**os.environ, "ESMERO_HOME": str(home.with_suffix(".new")), "ESMERO_DATABASE_URL": ""}
    subprocess.run(command, env=facts, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    home.with_suffix(".new").rename(home)


def lay(home: Path, *, of: Path) -> Path:
    """Copy the empty house to `home`."""
    return Path(shutil.copytree(of, home))
