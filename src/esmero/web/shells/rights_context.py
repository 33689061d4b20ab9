"""Give templates the rights of the reader: {% if can.campaigns.write %}."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from esmero.house.rights import RIGHTS
from esmero.house.roles import rights_of


def provide_rights(request: HttpRequest) -> dict[str, Any]:
    """Return `can`, read when a template first asks (context processor)."""
    return {"can": SimpleLazyObject(lambda: _map_rights(request))}


def _map_rights(request: HttpRequest) -> Mapping[str, Mapping[str, bool]]:
    """Return {subject: {act: whether the reader may}}."""
    held = rights_of(request.user)
    found: dict[str, dict[str, bool]] = {}
    for right in RIGHTS:
        subject, _dot, act = right.partition(".")
        found.setdefault(subject, {})[act] = right in held
    return found
