"""Set Django up for a command, with words for a wrong setting."""

from esmero.management.command import CommandFault


def start_django() -> None:
    """Read the settings and load the tables; a wrong setting becomes a Fault that names it."""
    from pydantic import ValidationError

    try:
        import django

        django.setup()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise CommandFault(
            f"The setting {name} (ESMERO_{name.upper()}, or {name} in esmero.toml) is wrong: {first['msg']}."
        ) from wrong
