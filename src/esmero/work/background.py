"""Something short that must not keep a page waiting: a thread of its own beside the web server's, with its own connection."""

import logging
import threading
from collections.abc import Callable

from django.db import connections

log = logging.getLogger(__name__)


def run_aside(work: Callable[[], object], *, name: str) -> None:
    """Do it in a thread and return at once. `work` bounds its own time and keeps its result in a row; trouble is logged."""

    def run() -> None:
        try:
            work()
        except Exception:
            log.exception("%s", name)
        finally:
            connections.close_all()

    threading.Thread(target=run, name=name, daemon=True).start()
