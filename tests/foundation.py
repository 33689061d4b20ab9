"""The migrated database and the folders of a house: made once in a run, and copied by all who need their own."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """Return the folder of this run that all workers see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def migrated(run_folder, django_test_environment, django_db_blocker):
    """Name a database with all tables and no rows of a house: whoever comes first migrates it."""
    from django.db import connection

    _leave_out_permissions()
    on_file = connection.vendor == "sqlite"
    name = str(run_folder / "migrated.sqlite3") if on_file else "esmero_migrated"
    done = run_folder / f"migrated-{connection.vendor}"
    with hold(done), django_db_blocker.unblock():
        if not done.exists():
            if not on_file:
                _create(name)
            _migrate(name)
            done.touch()
    return name


@pytest.fixture(scope="session")
def django_db_setup(migrated, django_db_blocker, run_folder):
    """Give this worker a copy of the migrated database in place of pytest-django's own migrating."""
    from django.conf import settings
    from django.db import connection

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            name = shutil.copy(migrated, f"{settings.HOME}/test.sqlite3")
        else:
            name = f"esmero_{worker}"
            with hold(run_folder / "migrated-postgresql"):  # nobody may be connected to what is copied
                _create(name, of=migrated)
        _point_to(name)
        yield
        _point_to(before)


def _leave_out_permissions() -> None:
    """Keep Django's permissions and types of content from being written anew after each flush.

    Nothing here reads them.
    """
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


def _migrate(name: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    before = connection.settings_dict["NAME"]
    _point_to(name)
    call_command("migrate", verbosity=0, interactive=False)
    _point_to(before)


def _point_to(name: str) -> None:
    from django.conf import settings
    from django.db import connection

    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _create(name: str, *, of: str = "template1") -> None:
    """Create a PostgreSQL database as a copy of another."""
    from django.db import connection

    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')


@pytest.fixture(scope="session")
def foundation(run_folder, migrated):
    """Return an empty house on SQLite: whoever comes first makes it."""
    from esmero.management.commands.house.init import prepare_home

    home = run_folder / "foundation"
    with hold(home):
        if not home.exists():
            new = home.with_suffix(".new")
            prepare_home(new)
            shutil.copy(migrated, new / "esmero.sqlite3")
            new.rename(home)
    return home


@contextmanager
def hold(what: Path) -> Iterator[None]:
    """Nobody else has `what` until the block ends."""
    with what.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def lay(home: Path, *, of: Path) -> Path:
    """Copy the empty house to `home`."""
    return Path(shutil.copytree(of, home))
