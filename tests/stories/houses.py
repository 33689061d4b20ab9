"""Houses of their own for stories that need real processes: made, commanded and looked into from outside."""

import os
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postfix import wait_for

ROOT = Path(__file__).resolve().parents[2]
once = pytest.mark.skipif(
    bool(os.environ.get("ESMERO_DATABASE_URL")),
    reason="has a house of its own on SQLite: with the tests on SQLite it ran",
)


class OwnHouse:
    """A folder with a house on SQLite; `facts` are its ESMERO_ settings."""

    def __init__(self, home: Path, **facts: object) -> None:
        self.home = home
        own = {f"ESMERO_{name.upper()}": str(value) for name, value in facts.items()}
        code = f"{ROOT}{os.pathsep}{ROOT / 'src'}"  # this tree's, wherever the package is installed from
        self.environment = {**os.environ, "PYTHONPATH": code, "ESMERO_HOME": str(home), "ESMERO_DATABASE_URL": ""}
        self.environment |= own

    def start(self, *words: object, log: Path | None = None) -> "subprocess.Popen[bytes]":
        """Start a command of `esmero` and give its process, the leader of a group of its own."""
        command = [sys.executable, "-m", "esmero", *map(str, words)]
        out = subprocess.DEVNULL if log is None else log.open("ab")
        return subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )

    def run(self, *words: object, fails: bool = False) -> str:
        """Run a command to its end; give what it printed, or (`fails`) what it complained of."""
        command = [sys.executable, "-m", "esmero", *map(str, words)]
        done = subprocess.run(
            command, env=self.environment, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=600
        )
        told = done.stdout.decode() + done.stderr.decode()
        assert (done.returncode != 0) == fails, f"{words}: {told}"
        assert "Traceback" not in told, told
        return told.strip()

    def ask(self, question: str) -> list[tuple]:
        """Put a question to the database, as a stranger who may only read."""
        database = sqlite3.connect(f"file:{self.home}/esmero.sqlite3?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(question).fetchall()
        finally:
            database.close()

    @contextmanager
    def serving(self, log: Path) -> Iterator[str]:
        """Run the whole house until the block ends; give what it said when its pages answered."""
        process = self.start("serve", log=log)
        address = f"http://127.0.0.1:{self.environment['ESMERO_WEB_PORT']}/accounts/login/"

        def answers() -> bool:
            assert process.poll() is None, log.read_text()
            try:
                with urllib.request.urlopen(address, timeout=10):
                    return True
            except OSError:
                return False

        try:
            wait_for(answers, what="the pages answer", progress=log.read_text)
            yield log.read_text()
        finally:
            process.terminate()
            process.wait(60)
