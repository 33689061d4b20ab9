"""Passwords of relays and mailboxes, secrets of webhooks: at rest AES-256-GCM, under a key in no table.

The key is derived from the house's secret. Whoever has the database alone (a backup, a replica, a leak) reads no password
out of it.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core import signing
from django.db import transaction

from esmero.outbox.models import Relay

_FORM = "aes1:"
_NONCE = 12  # octets (NIST SP 800-38D 5.2.1.1)
_SIGNED_SALT = "esmero.relay"  # of the form of old, which was signed and not encrypted


class RelayPasswordLost(Exception):
    """A password cannot be read: the table was changed, or the secret of the house is another."""

    def __init__(self, relay: str) -> None:
        super().__init__(
            f"The password of the relay {relay} cannot be read: the key of this house changed. "
            f"Enter it again: `esmero relay create {relay} …`"
        )


def hide_password(password: str) -> str:
    """Return the password as the table keeps it, encrypted and bound to this house; "" for none."""
    if not password:
        return ""
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(_key()).encrypt(nonce, password.encode(), _FORM.encode())
    return _FORM + urlsafe_b64encode(sealed).decode("ascii")


def is_encrypted(hidden: str) -> bool:
    """Say whether a stored password is in the encrypted form."""
    return hidden.startswith(_FORM)


def reveal_password(relay: Relay) -> str:
    """Return the password in clear, "" for none; raises PasswordLost."""
    hidden = relay.password
    try:
        if not hidden.startswith(_FORM):
            return str(signing.loads(hidden, salt=_SIGNED_SALT)) if hidden else ""
        return reveal(hidden)
    except (ValueError, signing.BadSignature) as fault:
        raise RelayPasswordLost(relay.name) from fault


def reveal(hidden: str) -> str:
    """Return in clear what `hide_password` made, "" for ""; raises ValueError when another house made it."""
    if not hidden:
        return ""
    sealed = urlsafe_b64decode(hidden.removeprefix(_FORM).encode("ascii"))
    try:
        return AESGCM(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], _FORM.encode()).decode()
    except InvalidTag as fault:
        raise ValueError("It was encrypted under another key.") from fault


def encrypt_old_passwords() -> int:
    """Encrypt what an earlier version kept signed only; returns how many. One that cannot be read stays as it is."""
    done = 0
    for relay in Relay.objects.exclude(password="").exclude(password__startswith=_FORM):
        try:
            hidden = hide_password(reveal_password(relay))
        except RelayPasswordLost:
            continue
        with transaction.atomic():
            done += Relay.objects.filter(pk=relay.pk, password=relay.password).update(password=hidden)
    return done


def _key() -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"esmero.relay.password")
    return derived.derive(settings.SECRET_KEY.encode())
