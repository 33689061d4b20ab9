"""A furnished house behind the real web server, in a process of its own; run as a program it makes the house."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
def serve_house(home: Path, *, rows: int = 3) -> Iterator[Served]:
    """Furnish a house below `home` and serve it on a free port until the block ends."""
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
    made = subprocess.run(
        [sys.executable, "-m", "tests.web.served", str(home), str(rows)],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    facts = json.loads(made.stdout.splitlines()[-1])
    server = subprocess.Popen([sys.executable, "-m", "esmero", "web"], cwd=ROOT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _await(address, server)
        yield Served(address, facts["paths"], facts["sessions"])
    finally:
        server.terminate()
        server.wait(timeout=30)


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
    from esmero.management.commands.house.init import furnish as make_folders

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
