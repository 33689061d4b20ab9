"""Manage the key files of this installation below `keys/`, readable by their owner only."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from esmero.refusal import Refusal


def create_keys(home: Path) -> None:
    """Create the folder `keys/` with every key that an installation needs. Existing keys are left alone."""
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    for name in ("secret.key", "suppression.key", "tokens-1.key"):
        _write_once(folder / name, secrets.token_urlsafe(48).encode("ascii"))


def create_dkim_key(home: Path, *, domain: str, selector: str) -> bytes:
    """Return the private key (PEM) of a signing domain; create a 2048-bit RSA key if missing (RFC 8301)."""
    path = dkim_path(home, domain=domain, selector=selector)
    if not path.exists():
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _write_once(
            path,
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
    return path.read_bytes()


def dkim_path(home: Path, *, domain: str, selector: str) -> Path:
    """Return the path of a DKIM key."""
    return home / "keys" / "dkim" / f"{domain}.{selector}.pem"


@lru_cache
def token_keys(home: Path) -> dict[int, bytes]:
    """Return {number: key} for signing tokens; the highest signs, older ones still verify."""
    found = {int(path.stem.split("-")[1]): path.read_bytes().strip() for path in (home / "keys").glob("tokens-*.key")}
    if not found:
        raise Refusal("token-key-missing", folder=str(home / "keys"))
    return found


@lru_cache
def suppression_key(home: Path) -> bytes:
    """Return the key of the suppression hashes. If it is lost, the suppressions are lost too."""
    path = home / "keys" / "suppression.key"
    if not path.is_file():
        raise Refusal("suppression-key-missing", file=str(path))
    return path.read_bytes().strip()


def _write_once(path: Path, content: bytes) -> None:
    # O_EXCL: of two processes that start together only one may create the key.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
