"""A throw-away house for a benchmark: its own folder, keys and database, gone when the program ends."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def open_house() -> Path:
    """Make the folder, set Django up on it and migrate. Call it before anything of Django is imported."""
    home = Path(tempfile.mkdtemp(prefix="esmero-bench-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["ESMERO_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")
    from esmero.house.keys import create_keys

    create_keys(home)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return home
