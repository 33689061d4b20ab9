"""Give every test run a house of its own below the temporary directory.

A plugin (in addopts, before pytest-django reads the settings). Nothing touches the developer's.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

_HOME = Path(tempfile.mkdtemp(prefix="esmero-test-"))
os.environ["ESMERO_HOME"] = str(_HOME)
os.environ["ESMERO_QUIET_HOURS"] = "0"  # tests run at night too; those about the night turn it on
os.environ["LC_ALL"] = "C.UTF-8"  # the command line speaks the terminal's language
os.environ.setdefault("ESMERO_CORPUS", str(Path(__file__).resolve().parents[2] / "shared" / "data"))


# No test asserts a time, so Hypothesis does not either, also where CI's own profile is not loaded.
if "CI" not in os.environ:
    settings.register_profile("no-clock", deadline=None)
    settings.load_profile("no-clock")

# `make test-fast` looks for a slip of the last minute, not for rare cases: a fifth of the examples.
if os.environ.get("ESMERO_TEST_FAST"):
    settings.register_profile("fast", deadline=None, max_examples=20)
    settings.load_profile("fast")

_KEYS = _HOME / "keys"
_KEYS.mkdir(mode=0o700)
for _name in ("secret.key", "suppression.key", "tokens-1.key"):
    (_KEYS / _name).write_text("only-for-this-test-run-" + os.urandom(20).hex())


def pytest_configure():
    """Hash passwords fast.

    A third of a second of every sign-in would go into a slow hash; the houses that the tests start as processes keep
    theirs.
    """
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


def pytest_unconfigure():
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker is left with it at the end."""

    def is_one(item: pytest.Item, *marks: str) -> bool:
        return any(item.get_closest_marker(mark) for mark in marks)

    items.sort(key=lambda item: (not is_one(item, "slow"), not is_one(item, "browser", "relay")))


def pytest_runtest_setup() -> None:
    """No test inherits the language or the time zone of the reader before it."""
    from django.utils import timezone, translation

    translation.deactivate()
    timezone.deactivate()
