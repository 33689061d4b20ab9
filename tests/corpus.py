"""Real inputs that are no part of this repository.

They lie in the folder that ESMERO_CORPUS names (tests/house_facts.py has its default).
"""

import os
from pathlib import Path

import pytest

CORPUS = Path(os.environ["ESMERO_CORPUS"])
TOOLS = CORPUS.parent / "tools"


def needs(*parts: str):
    """Skip by name what reads these files where they are not; give the mark."""
    missing = [part for part in parts if not (CORPUS / part).exists()]
    return pytest.mark.skipif(bool(missing), reason=f"ESMERO_CORPUS ({CORPUS}) holds no {', '.join(missing)}")
