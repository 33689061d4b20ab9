"""What each process of the web server loads."""

import os
from typing import Any

from esmero.management.children import die_with_parent


def load(target: str) -> Any:  # noqa: ARG001 - Granian hands over the name of what it loads
    """Return the application, in a process that ends with the web server that began it."""
    die_with_parent(os.getppid())
    from esmero.wsgi import application

    return application
