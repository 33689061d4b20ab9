"""Find the client address of a request."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings


def find_client(environ: Mapping[str, Any]) -> str:
    """Return the client's address; behind the installation's proxy the last entry of X-Forwarded-For.

    Earlier entries come from the client and can be forged.
    """
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")) if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(environ.get("REMOTE_ADDR", ""))


def find_client_ip(environ: Mapping[str, Any]) -> str:
    """Return the client's IP address; 0.0.0.0 where none is known, as on a socket."""
    address = find_client(environ)
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - nothing listens on it
