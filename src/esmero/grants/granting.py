"""Make, read, spend and revoke grants. A grant is spent by the finished act only, in the act's transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q

from esmero.grants.models import Grant
from esmero.grants.purposes import GrantPurpose
from esmero.house.keys import token_keys
from esmero.house.models import Brand
from esmero.people.models import Person
from esmero.rendering.tokens import Signer, TokenRefused


class GrantRefused(Exception):
    """Report that a link opens nothing. `grant` is the genuine but old one, or None: forged, or not known here."""

    def __init__(self, grant: Grant | None) -> None:
        super().__init__("the link is refused")
        self.grant = grant


def make_grant(
    purpose: GrantPurpose,
    *,
    subject: Model | None,
    person: Person | None,
    brand: Brand | None,
    at: datetime,
    language: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Grant:
    """Store a grant about a row, for its person, from now until the purpose's lifetime ends."""
    return Grant.objects.create(
        purpose=purpose.name,
        subject_kind=subject._meta.model_name or "" if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        person=person,
        brand=brand,
        language=language[:2],
        facts=dict(facts or {}),
        made_at=at,
        expires_at=at + purpose.lifetime,
    )


def write_token(grant: Grant, *, purpose: GrantPurpose) -> str:
    """Return the token of a grant: 40 letters, the same each time."""
    return _open_signer().sign(purpose.token, grant.pk, link=grant.nonce, day=_day_of(grant.made_at))


def read_grant(token: str, *, purpose: GrantPurpose, at: datetime) -> Grant:
    """Return the open grant of a token; nothing is spent.

    A token of each kind costs one query, so that time does not tell a forged one from one that is gone.

    Raises:
        GrantRefused: it is forged, unknown, for another purpose, expired, revoked or spent.

    """
    try:
        read = _open_signer().read(token.lower(), purpose=purpose.token, today=_day_of(at))
        number, nonce, day = read.message, read.link, read.day
    except TokenRefused:
        number, nonce, day = 0, 0, 0
    rows = Grant.objects.select_related("brand", "person")
    grant = rows.filter(pk=number, nonce=nonce, purpose=purpose.name).first()
    if grant is None or grant.subject_id is None or _day_of(grant.made_at) != day:
        raise GrantRefused(None)
    if grant.revoked_at is not None or grant.expires_at <= at or not _has_uses(grant, purpose=purpose):
        raise GrantRefused(grant)
    return grant


@contextmanager
def spend(grant: Grant, *, purpose: GrantPurpose, at: datetime) -> Iterator[None]:
    """Spend one use by the act in the block: both are committed, or neither.

    Of several at once one wins: the UPDATE repeats the conditions and holds the row until the commit.

    Raises:
        GrantRefused: it was spent, revoked or expired meanwhile.

    """
    with transaction.atomic():
        is_open = Q(pk=grant.pk, purpose=purpose.name, revoked_at=None, expires_at__gt=at)
        if purpose.uses is not None:
            is_open &= Q(uses__lt=purpose.uses)
        if not Grant.objects.filter(is_open).update(uses=F("uses") + 1, used_at=at):
            raise GrantRefused(grant)
        yield


def revoke_grants(subject: Model, *, purposes: tuple[GrantPurpose, ...], at: datetime) -> int:
    """Revoke the open grants about a row for these purposes; return their number."""
    rows = Grant.objects.filter(subject_kind=subject._meta.model_name or "", subject_id=subject.pk)
    names = [purpose.name for purpose in purposes]
    return rows.filter(purpose__in=names, revoked_at=None, expires_at__gt=at).update(revoked_at=at)


def _has_uses(grant: Grant, *, purpose: GrantPurpose) -> bool:
    return purpose.uses is None or grant.uses < purpose.uses


def _open_signer() -> Signer:
    keys = token_keys(settings.HOME)
    return Signer(keys, current=max(keys))


def _day_of(at: datetime) -> int:
    return int(at.timestamp()) // 86_400
