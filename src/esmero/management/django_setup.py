"""Set Django up for a command."""


def start_django() -> None:
    """Read the settings and load the models; raise InvalidValue with the name of a wrong setting."""
    import django

    django.setup()
