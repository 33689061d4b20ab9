"""A furnished house behind the real web server, in a process of its own; run as a program it makes the house."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.foundation import hold

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("es", "fr", "en")


@dataclass(frozen=True)
class Served:
    """Where the house answers, its pages by name, and open sessions for each language: {"full es": …, "bare es": …}.

    Pages are seen by whoever has each second factor ("full"); those whose name begins with `bare-` by somebody who has
    none, with `out-` by whoever has not signed in.
    """

    address: str
    paths: dict[str, str]
    sessions: dict[str, str]

    def state(self, language: str, page: str = "") -> dict[str, object] | None:
        """Give what a browser keeps of whoever is to see a page and reads this language; None if signed out."""
        who = reader_of(page)
        if who == "out":
            return None
        cookie = {"name": "sessionid", "value": self.sessions[f"{who} {language}"], "domain": "127.0.0.1", "path": "/"}
        return {"cookies": [cookie], "origins": []}


def reader_of(page: str) -> str:
    """Return who is to see a page: "full", "bare" or "out"."""
    kind = page.partition("-")[0]
    return kind if kind in {"bare", "out"} else "full"


@contextmanager
def serve_house(home: Path, *, rows: int = 3, database: Path | None = None) -> Iterator[Served]:
    """Furnish a house below `home`, upon a migrated database if there is one, and serve it until the block ends."""
    served, server = _start(home, rows=rows, database=database)
    try:
        yield served
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def share_house(folder: Path, *, rows: int, database: Path) -> Iterator[Served]:
    """Serve one house to all workers of a run: whoever comes first starts it, and whoever goes last ends it.

    Each holds a shared lock meanwhile; a lock of its own is to be had by the last one only.
    """
    folder.mkdir(exist_ok=True)
    facts = folder / "served.json"
    with (folder / "users").open("w") as users:
        with hold(folder):
            fcntl.flock(users, fcntl.LOCK_SH)
            if not facts.exists():
                served, server = _start(folder / f"home-{os.getpid()}", rows=rows, database=database)
                facts.write_text(json.dumps({"served": asdict(served), "process": server.pid}))
            known = json.loads(facts.read_text())
        try:
            yield Served(**known["served"])
        finally:
            with hold(folder), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                facts.unlink()
                os.kill(known["process"], signal.SIGTERM)


def _start(home: Path, *, rows: int, database: Path | None) -> "tuple[Served, subprocess.Popen[bytes]]":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "ESMERO_HOME": str(home),
        "ESMERO_DEMO": "true",
        "ESMERO_WEB_PORT": str(port),
        "ESMERO_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "esmero.settings",
    }
    if database is not None:
        home.mkdir(mode=0o700)
        shutil.copy(database, home / "esmero.sqlite3")
    made = subprocess.run(
        [sys.executable, "-m", "tests.web.served", str(home), str(rows)],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    facts = json.loads(made.stdout.splitlines()[-1])
    server = subprocess.Popen([sys.executable, "-m", "esmero", "web"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, server)
    except BaseException:
        server.terminate()
        raise
    return Served(address, facts["paths"], facts["sessions"]), server


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    """Ask until the server answers; it ends by itself when it cannot start."""
    while True:
        try:
            with urllib.request.urlopen(f"{address}/accounts/login/", timeout=10):
                return
        except OSError:
            if server.poll() is not None:
                raise RuntimeError(f"The web server ended with {server.returncode}.") from None


def main(home: Path, rows: int) -> None:
    """Make the house and print its pages and sessions as JSON."""
    from esmero.management.commands.house.init import prepare_home as make_folders

    make_folders(home)
    import django

    django.setup()
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.core.management import call_command

    from esmero.house.models import User
    from tests.web.facts import furnish
    from tests.web.outside import BARE, furnish_doors, furnish_outside

    call_command("migrate", verbosity=0)
    console = furnish(rows)
    paths = {**console.paths, **(furnish_outside(console.house) if rows else {})}
    sessions = {}
    for language in LANGUAGES:
        for who in ("full", "bare"):
            user = User.objects.create_user(
                f"{who}-{language}@fibranorte.example",
                "a-long-password",
                name="Lucía Prado",
                role="owner",
                language=language,
            )
            session = import_module(settings.SESSION_ENGINE).SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session["account_authentication_methods"] = [
                {"method": "password", "at": time.time() + 86400, "reauthenticated": True}
            ]
            paths |= furnish_doors(user) if who == "full" else BARE
            session["account_authentication_methods_user"] = str(user.pk)
            session.save()
            sessions[f"{who} {language}"] = session.session_key
    print(json.dumps({"paths": paths, "sessions": sessions}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
