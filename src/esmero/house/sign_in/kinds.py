"""Tell the two kinds of users apart: staff of the console, customers of the customer area (docs/decisions/0022).

django-allauth knows one user model. The kind that a request serves is therefore a context variable, like the active
language: user queries, sessions and authentication all ask `current_kind`. Outside of a request it is staff.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import TextChoices


class UserKind(TextChoices):
    STAFF = "staff"
    CUSTOMER = "customer"


_kind: ContextVar[UserKind] = ContextVar("user_kind", default=UserKind.STAFF)


def current_kind() -> UserKind:
    """Return the kind of users that the running code serves."""
    return _kind.get()


def make_cache_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key of a cached value, apart for each kind: limits of the customer area must not lock staff out."""
    return f"{key_prefix}:{version}:{current_kind()}:{key}"


@contextmanager
def serving(kind: UserKind) -> Iterator[None]:
    """Serve users of this kind within the block."""
    token = _kind.set(kind)
    try:
        yield
    finally:
        _kind.reset(token)
