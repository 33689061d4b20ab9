"""Single messages with files of their own, while the sending process is killed twice: none is lost, none comes twice.

The benchmark counts what smtp-sink kept; it ends before its last line if a message is lost or came twice.
"""

import os
import subprocess
import sys

import pytest

from tests.sink import require_sink
from tests.stories.houses import once

NUMBER = 10_000 if os.environ.get("SIZE") == "full" else 250
pytestmark = [pytest.mark.relay, pytest.mark.slow, once]


def test_kills_lose_no_posted_message_and_double_none():
    require_sink()
    command = [sys.executable, "-m", "bench.posting", str(NUMBER), "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
    assert "posting, dispatches\t1 \t" in done.stdout, done.stdout + done.stderr
