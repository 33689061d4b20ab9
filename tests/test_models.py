import importlib
import pkgutil

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models as django_models

import esmero

pytestmark = pytest.mark.postgres


def test_models_gathers_every_models_module():
    gathered = importlib.import_module("esmero.models")
    for found in pkgutil.walk_packages(esmero.__path__, "esmero."):
        if found.name.endswith(".models") and found.name != "esmero.models":
            module = importlib.import_module(found.name)
            for thing in vars(module).values():
                if (
                    isinstance(thing, type)
                    and issubclass(thing, django_models.Model)
                    and thing.__module__ == found.name
                ):
                    assert thing._meta.abstract or thing.__name__ in gathered.__all__, (
                        f"{thing} is missing in models.py"
                    )


def test_all_tables_are_in_one_app():
    assert {m.__name__ for m in apps.get_app_config("esmero").get_models(include_auto_created=False)} == set(
        importlib.import_module("esmero.models").__all__
    )


def test_migrations_are_complete(db):
    call_command("makemigrations", "esmero", check=True, dry_run=True, verbosity=0)
