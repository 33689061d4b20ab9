"""Manage webhook secrets: set in the console or in the configuration, never shown.

The configuration takes precedence. The times of the last accepted and the last refused request are stored with each
secret, so that a wrong secret can be seen.
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
from esmero.outbox.relay_passwords import decrypt_password, encrypt_password
from esmero.refusal import InvalidValue

RECORD_INTERVAL = timedelta(minutes=1)
"""Shortest interval between two records: a provider may send a thousand requests a minute."""


class SecretRefused(InvalidValue):
    """Refuse a secret that cannot be this provider's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStatus:
    """Describe the status of a provider's webhook.

    `source` of its secret is "file", "console", "lost" (the installation's key changed) or "".
    """

    name: str
    source: str
    heard_at: datetime | None
    refused_at: datetime | None

    @property
    def configured(self) -> bool:
        """Say whether requests of the provider are accepted."""
        return self.source in {"file", "console"}

    @property
    def suspect(self) -> bool:
        """Say whether the last request was refused."""
        return self.refused_at is not None and (self.heard_at is None or self.refused_at > self.heard_at)


def list_webhooks() -> list[WebhookStatus]:
    """Return the status of each provider, in the order of their titles; one query."""
    rows = {row.provider: row for row in WebhookSecret.objects.all()}
    names = sorted(PROVIDERS, key=lambda name: PROVIDERS[name].title.lower())
    return [_make_status(name, rows.get(name)) for name in names]


def find_webhook(name: str) -> WebhookStatus:
    """Return the status of one provider."""
    return _make_status(name, WebhookSecret.objects.filter(provider=name).first())


def find_secret(name: str) -> str:
    """Return the secret of a provider in clear text; "" if none is set."""
    if written := str(settings.ESMERO.hooks.get(name, "")):
        return written
    row = WebhookSecret.objects.filter(provider=name).first()
    return _open(row) if row else ""


def set_secret(name: str, secret: str, *, by: User | str) -> WebhookSecret:
    """Set the secret of a provider, or remove it (""); return its row.

    Raises:
        SecretRefused: it cannot be a secret of this provider.
    """
    if secret:
        _check(name, secret)
    with transaction.atomic():
        row, _created = WebhookSecret.objects.update_or_create(
            provider=name, defaults={"secret": encrypt_password(secret), "heard_at": None, "refused_at": None}
        )
        note("hook.armed" if secret else "hook.disarmed", by=by, facts={"provider": name})
    return row


def record_request(name: str, *, proven: bool) -> None:
    """Store the time of an accepted (`proven`) or a refused request of a provider."""
    field, at = "heard_at" if proven else "refused_at", timezone.now()
    stale = Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": at - RECORD_INTERVAL})
    if WebhookSecret.objects.filter(~stale, provider=name).exists():
        return  # no transaction: requests without a valid secret must not block writers
    with transaction.atomic():
        WebhookSecret.objects.get_or_create(provider=name)
        WebhookSecret.objects.filter(stale, provider=name).update(**{field: at})


def _make_status(name: str, row: WebhookSecret | None) -> WebhookStatus:
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
        return decrypt_password(row.secret)
    except ValueError:
        return ""


def _check(name: str, secret: str) -> None:
    if PROVIDERS[name].pair and not all(secret.partition(":")[::2]):
        raise SecretRefused("secret-not-a-pair")
    if name in {"resend", "sendgrid"}:
        try:
            base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError as fault:
            raise SecretRefused("secret-not-a-key") from fault
