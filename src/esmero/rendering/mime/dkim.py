"""Sign messages by DKIM (RFC 6376, RFC 8301): rsa-sha256, relaxed/relaxed, with From, To, Subject and Date oversigned.

The body is canonical by construction (see encoding.py), so it is hashed unchanged; only headers are canonicalised. A
body with foreign content needs `relax_body` first. `cryptography` releases the interpreter lock while it signs, so
several threads sign at the same time.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

# A second, empty entry in h= makes the signature fail if a relay adds another header of this name.
OVERSIGNED = ("From", "Subject", "To", "Date")
SIGNED = (
    *OVERSIGNED, "Cc", "Reply-To", "In-Reply-To", "References", "Message-ID", "MIME-Version", "Content-Type",
    "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Precedence", "Auto-Submitted",
)  # fmt: skip
_BLANKS = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class DkimKey:
    """Hold a signing key: `private` is an RSA key in PEM, at least 1024 bit (RFC 8301, section 3.2; 2048 advised)."""

    domain: str
    selector: str
    private: bytes = field(repr=False)

    def __post_init__(self) -> None:
        from cryptography.hazmat.primitives import serialization  # a preview makes a press, and signs nothing
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = serialization.load_pem_private_key(self.private, password=None)
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 1024:
            raise ValueError(f"the DKIM key {self.selector}._domainkey.{self.domain} must be RSA of at least 1024 bit")
        object.__setattr__(self, "_key", key)

    def sign(self, headers: Sequence[tuple[str, str]], body: bytes, *, at: int) -> str:
        """Return the DKIM-Signature header with its line end; `body` must be canonical, `at` in seconds since 1970."""
        present = {name for name, _ in headers}
        signed = [name for name in SIGNED if name in present]
        names = signed + [name for name in OVERSIGNED if name in present]
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
        value = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector};\r\n t={at};\r\n"
            f" h={_fold_names(names)};\r\n bh={digest};\r\n b="
        )
        values = dict(headers)
        canonical = [f"{name.lower()}:{_relax(values[name])}\r\n" for name in signed]
        canonical.append(f"dkim-signature:{_relax(value)}")
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        key: RSAPrivateKey = self._key  # type: ignore[attr-defined]
        signature = key.sign("".join(canonical).encode(), padding.PKCS1v15(), hashes.SHA256())
        text = base64.b64encode(signature).decode("ascii")
        folded = "\r\n ".join(text[start : start + 72] for start in range(0, len(text), 72))
        return f"DKIM-Signature: {value}{folded}\r\n"


def relax_body(body: bytes) -> bytes:
    """Canonicalise a foreign body, for its hash alone (RFC 6376, section 3.4.4); lines end with CRLF."""
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _relax(value: str) -> str:
    """Canonicalise a header's value: unfolded, runs of white space as one blank (RFC 6376, section 3.4.2)."""
    return " ".join(value.split())


def _fold_names(names: Sequence[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 70:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n  ".join(lines)[:-1]
