"""`esmero init`: an empty house in the folder that ESMERO_HOME names. Safe to repeat; also after an upgrade."""

import argparse
from pathlib import Path

from esmero.management.command import CommandFault, CommandOutput, Commands, add_leaf

FOLDERS = ("vault", "spool/clicks", "journals", "static")


def add(commands: Commands) -> None:
    """Add the command."""
    add_leaf(
        commands,
        "init",
        act=init,
        house=False,
        words="make an empty house in ESMERO_HOME, or bring one up to this version",
    )


def init(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """Make folders, keys, settings and tables; what is there is left alone."""
    from esmero.house.configuration import find_home

    home = find_home()
    made = furnish(home)
    migrate()
    text = f"The house in {home} is ready." if made else f"The house in {home} was there; its tables fit this version."
    return CommandOutput(
        {"home": str(home), "made": made},
        f"{text}\nSettings: {home / 'esmero.toml'}. Next: `esmero doctor` says what is missing.",
    )


def furnish(home: Path, *, settings: str = "") -> bool:
    """Make folders, keys and the commented settings; `settings` are lines to add. True for a house that is new."""
    from esmero.house.configuration import commented_file
    from esmero.house.keys import create_keys

    is_new = not (home / "keys" / "secret.key").exists()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in FOLDERS:
        (home / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    create_keys(home)
    file = home / "esmero.toml"
    if not file.exists():
        file.write_text(commented_file() + settings, encoding="utf-8")
    return is_new


def migrate() -> None:
    """Bring the database to this version's tables, and to its way of keeping passwords."""
    from esmero.management.django_setup import start_django

    start_django()
    from django.core.management import call_command

    refuse_unreleased()
    call_command("migrate", verbosity=0, interactive=False)
    from esmero.outbox.relay_passwords import encrypt_old_passwords

    encrypt_old_passwords()


def refuse_unreleased() -> None:
    """Raise CommandFault where the database was made by a version before the first release.

    The migrations of those versions were squashed into one, so their tables cannot be brought up to this version.
    """
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    unknown = sorted(
        name
        for app, name in loader.applied_migrations
        if app == "esmero" and ("esmero", name) not in loader.disk_migrations
    )
    if unknown:
        raise CommandFault(
            f"This house was made by an unreleased version of Esmero: its database knows the migration {unknown[-1]},"
            " which no release has. Its tables cannot be brought up to this version. Name an empty folder in"
            " ESMERO_HOME (and an empty database in ESMERO_DATABASE_URL, if set), run `esmero init` there, and bring"
            " your lists in again with `esmero import`."
        )
