import pytest
from django.conf import settings


@pytest.fixture
def demo(monkeypatch):
    """The house is the demo's: the catcher is open."""
    monkeypatch.setattr(settings.ESMERO, "demo", True)
