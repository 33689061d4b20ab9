"""Encrypt passwords of relays and mailboxes and secrets of webhooks at rest by AES-256-GCM.

The key is derived from the secret of the installation and is not in the database, so a copy of the database alone
(a backup, a replica, a leak) reveals no password.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from esmero.outbox.models import Relay

_PREFIX = "aes1:"
_NONCE = 12  # octets (NIST SP 800-38D 5.2.1.1)


class RelayPasswordLost(Exception):
    """Report that a password cannot be decrypted: the row was changed, or the secret of the installation is another."""

    def __init__(self, relay: str) -> None:
        super().__init__(
            f"The password of the relay {relay} cannot be read: the key of this house changed. "
            f"Enter it again: `esmero relay create {relay} …`"
        )


def encrypt_password(password: str) -> str:
    """Return the encrypted form of a password for the database; "" for none."""
    if not password:
        return ""
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(_key()).encrypt(nonce, password.encode(), _PREFIX.encode())
    return _PREFIX + urlsafe_b64encode(sealed).decode("ascii")


def is_encrypted(stored: str) -> bool:
    """Return whether a stored password is encrypted."""
    return stored.startswith(_PREFIX)


def decrypt_relay_password(relay: Relay) -> str:
    """Return the password of a relay in clear, "" for none. Raises RelayPasswordLost."""
    try:
        return decrypt_password(relay.password)
    except ValueError as fault:
        raise RelayPasswordLost(relay.name) from fault


def decrypt_password(stored: str) -> str:
    """Decrypt a result of `encrypt_password`; "" for "". Raises ValueError if the secret is another."""
    if not stored:
        return ""
    if not is_encrypted(stored):
        raise ValueError("It is not encrypted.")
    sealed = urlsafe_b64decode(stored.removeprefix(_PREFIX).encode("ascii"))
    try:
        return AESGCM(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], _PREFIX.encode()).decode()
    except InvalidTag as fault:
        raise ValueError("It was encrypted under another key.") from fault


def _key() -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"esmero.relay.password")
    return derived.derive(settings.SECRET_KEY.encode())
