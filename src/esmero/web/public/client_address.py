"""Where a visitor of a public page comes from."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def find_client(environ: Mapping[str, Any]) -> str:
    """Return the visitor's address; behind the house's own proxy it is the last one that the proxy added."""
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")) if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(environ.get("REMOTE_ADDR", ""))
