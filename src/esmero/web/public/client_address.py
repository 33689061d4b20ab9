"""Find the client address of a request."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def find_client(environ: Mapping[str, Any]) -> str:
    """Return the client's address; behind the installation's proxy the last entry of X-Forwarded-For.

    Earlier entries come from the client and can be forged.
    """
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")) if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(environ.get("REMOTE_ADDR", ""))
