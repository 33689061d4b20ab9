"""The secrets by which providers prove themselves at our door: given in the console or in the configuration, never shown.

What stands in the configuration wins. Beside each stands when the provider was heard and when one was refused, so that a
wrong secret is seen and not guessed.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.arriving.channels.webhook_providers import PROVIDERS
from esmero.mailroom.models import WebhookSecret
from esmero.outbox.relay_passwords import hide_password, reveal

SELDOM = timedelta(minutes=1)
"""What was heard is written down at most this often: a provider may tell a thousand times a minute."""


class SecretRefused(ValueError):
    """A secret that cannot be this provider's; `code` says why: pair (name:password is wanted) or base64."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStatus:
    """How it stands with a provider; `source` of its secret is "file", "console", "lost" (the house's key changed) or ""."""

    name: str
    source: str
    heard_at: datetime | None
    refused_at: datetime | None

    @property
    def armed(self) -> bool:
        """Say whether it is listened to."""
        return self.source in {"file", "console"}

    @property
    def suspect(self) -> bool:
        """Say whether the last that came could not prove itself."""
        return self.refused_at is not None and (self.heard_at is None or self.refused_at > self.heard_at)


def list_hooks() -> list[WebhookStatus]:
    """Return how it stands with each provider, in the order of their titles; one query."""
    rows = {row.provider: row for row in WebhookSecret.objects.all()}
    names = sorted(PROVIDERS, key=lambda name: PROVIDERS[name].title.lower())
    return [_stand(name, rows.get(name)) for name in names]


def find_hook(name: str) -> WebhookStatus:
    """Return how it stands with one provider."""
    return _stand(name, WebhookSecret.objects.filter(provider=name).first())


def find_secret(name: str) -> str:
    """Return the secret of a provider in clear, "" where it is not listened to."""
    if written := str(settings.ESMERO.hooks.get(name, "")):
        return written
    row = WebhookSecret.objects.filter(provider=name).first()
    return _open(row) if row else ""


def set_secret(name: str, secret: str, *, by: User | str) -> None:
    """Listen to a provider by this secret, or ("") no longer.

    Raises:
        Unfit: it cannot be a secret of this provider.

    """
    if secret:
        _check(name, secret)
    with transaction.atomic():
        WebhookSecret.objects.update_or_create(
            provider=name, defaults={"secret": hide_password(secret), "heard_at": None, "refused_at": None}
        )
        note("hook.armed" if secret else "hook.disarmed", by=by, facts={"provider": name})


def keep_heard(name: str, *, proven: bool) -> None:
    """Write down that a provider was heard, or that somebody could not prove to be it."""
    field, at = "heard_at" if proven else "refused_at", timezone.now()
    stale = Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": at - SELDOM})
    if WebhookSecret.objects.filter(~stale, provider=name).exists():
        return  # no transaction: whoever knows the address cannot make writers wait
    with transaction.atomic():
        WebhookSecret.objects.get_or_create(provider=name)
        WebhookSecret.objects.filter(stale, provider=name).update(**{field: at})


def _stand(name: str, row: WebhookSecret | None) -> WebhookStatus:
    written: Mapping[str, str] = settings.ESMERO.hooks
    source = "file" if written.get(name) else ""
    if not source and row is not None and row.secret:
        source = "console" if _open(row) else "lost"
    return WebhookStatus(
        name=name,
        source=source,
        heard_at=row.heard_at if row else None,
        refused_at=row.refused_at if row else None,
    )


def _open(row: WebhookSecret) -> str:
    try:
        return reveal(row.secret)
    except ValueError:
        return ""


def _check(name: str, secret: str) -> None:
    if PROVIDERS[name].pair and not all(secret.partition(":")[::2]):
        raise SecretRefused("pair")
    if name in {"resend", "sendgrid"}:
        try:
            base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError as fault:
            raise SecretRefused("base64") from fault
