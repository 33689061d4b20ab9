"""Pick the language of our own pages and mails, which speak fewer languages than persons do."""

from django.conf import settings


def pick_spoken(*wished: str) -> str:
    """Return the first of these languages that the interface has, else that of the installation."""
    spoken = dict(settings.LANGUAGES)
    return next((one for one in wished if one in spoken), settings.LANGUAGE_CODE)
