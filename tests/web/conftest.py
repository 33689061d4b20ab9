import pytest
from django.conf import settings

from tests.web.served import share_house


@pytest.fixture
def demo(monkeypatch):
    """The house is the demo's: the catcher is open."""
    monkeypatch.setattr(settings.ESMERO, "demo", True)


@pytest.fixture(scope="session")
def house(run_folder, migrated):
    """Share a house with two of each thing, behind the real web server, with all workers of the run."""
    with share_house(run_folder / "served", rows=2, database=migrated) as served:
        yield served
