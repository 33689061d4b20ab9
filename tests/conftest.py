"""Fixtures that take the place of pytest-django's: a conftest's come after those of any plugin."""

from tests.foundation import django_db_setup

__all__ = ["django_db_setup"]
