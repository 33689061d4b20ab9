"""Set Django up for a command; report a wrong setting as a command fault."""

from esmero.management.command import CommandFault


def start_django() -> None:
    """Read the settings and load the models; raise CommandFault with the name of a wrong setting."""
    import django

    from esmero.house.configuration import WrongSetting

    try:
        django.setup()
    except WrongSetting as wrong:
        raise CommandFault(str(wrong)) from wrong
