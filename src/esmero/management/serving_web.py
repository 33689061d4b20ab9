"""What each process of the web server loads."""

import os
import signal
from typing import Any

from esmero.management.children import die_with_parent


def load(target: str) -> Any:  # noqa: ARG001 - Granian hands over the name of what it loads
    """Return the application, in a process that ends with the web server that began it."""
    die_with_parent(os.getppid())
    # Until Granian listens to signals here there is nothing to finish: told to stop while it loads, it stops.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    from esmero.wsgi import application

    return application
