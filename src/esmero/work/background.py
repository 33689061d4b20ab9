"""Run short tasks on threads of the web process, so that no page waits for them."""

import logging
import threading
from collections.abc import Callable

from django.db import connections

log = logging.getLogger(__name__)


def run_in_background(work: Callable[[], object], *, name: str) -> None:
    """Run `work` on a daemon thread with its own database connection, and return at once.

    `work` must limit its own time and store its result. Exceptions are logged.
    """

    def run() -> None:
        try:
            work()
        except Exception:
            log.exception("%s", name)
        finally:
            connections.close_all()  # Django closes them at the end of a request, and there is none here

    threading.Thread(target=run, name=name, daemon=True).start()
