"""Set Django up for a command, with words for a wrong setting."""

from esmero.management.command import CommandFault


def start_django() -> None:
    """Read the settings and load the tables; a wrong setting becomes a Fault that names it."""
    import django

    from esmero.house.configuration import WrongSetting

    try:
        django.setup()
    except WrongSetting as wrong:
        raise CommandFault(str(wrong)) from wrong
