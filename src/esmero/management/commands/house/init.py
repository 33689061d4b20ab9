"""Run `esmero init`: create an installation in ESMERO_HOME, or migrate one after an upgrade. Idempotent."""

import argparse
from pathlib import Path

from esmero.management.command import CommandOutput, Commands, add_command
from esmero.refusal import Refusal

FOLDERS = ("vault", "spool/clicks", "journals", "static")


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    add_command(
        commands,
        "init",
        handler=init,
        needs_installation=False,
        summary="make an empty house in ESMERO_HOME, or bring one up to this version",
    )


def init(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """Create folders, keys, settings file and tables; change no existing file."""
    from esmero.house.configuration import find_home

    home = find_home()
    made = prepare_home(home)
    migrate()
    text = f"The house in {home} is ready." if made else f"The house in {home} was there; its tables fit this version."
    return CommandOutput(
        {"home": str(home), "made": made},
        f"{text}\nSettings: {home / 'esmero.toml'}. Next: `esmero doctor` says what is missing.",
    )


def prepare_home(home: Path, *, settings: str = "") -> bool:
    """Create the folders, keys and commented settings file of a home folder; return True if it is new.

    `settings` are lines to append to a new settings file.
    """
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
    """Migrate the database to this version."""
    from esmero.management.django_setup import start_django

    # Only now: the settings read the keys that prepare_home has created.
    start_django()
    from django.core.management import call_command

    refuse_unreleased()
    call_command("migrate", verbosity=0, interactive=False)


def refuse_unreleased() -> None:
    """Raise Refusal if the database was made by a version before the first release.

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
        raise Refusal("house-unreleased", migration=unknown[-1])
