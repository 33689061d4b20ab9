"""html-validate, the one tool of npm that the tests use.

`make test` fetches it where npm is there (assets/validate).
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = [ROOT / folder / "node_modules/.bin/html-validate" for folder in ("", "assets/validate")]
VALIDATE = Path(os.environ.get("HTML_VALIDATE") or next((place for place in PLACES if place.exists()), PLACES[0]))

needs_validator = pytest.mark.skipif(
    not VALIDATE.exists(), reason="html-validate is missing: npm ci --prefix assets/validate brings it"
)


def find_faults(folder: Path) -> set[tuple[str, str, str, int]]:
    """Return (page, rule, words, line) of what is not valid in the HTML files of a folder."""
    told = subprocess.run(
        [str(VALIDATE), "--config", str(ROOT / "assets/html-validate.json"), "--formatter", "json", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stdout, told.stderr
    faults = {
        (Path(page["filePath"]).stem, fault["ruleId"], fault["message"], fault["line"])
        for page in json.loads(told.stdout)
        for fault in page["messages"]
    }
    assert faults or told.returncode == 0, told.stderr
    return faults
