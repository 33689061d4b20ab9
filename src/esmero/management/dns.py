"""The DNS records that a brand needs so that its mail is believed and its returns arrive (mail.md A; RFC 7208, 6376, 7489)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization


@dataclass(frozen=True, slots=True)
class Record:
    """One record to publish: `why` says what it does, `begins` how a right answer begins ("" where only you know)."""

    name: str
    kind: str
    value: str
    why: str
    begins: str = ""


def records_for(brand: Any, *, home: Path, inbound_host: str) -> list[Record]:
    """Return what to publish for a brand; makes its signing key if it has none."""
    from esmero.house.keys import create_dkim_key

    domain = brand.sender_address.rpartition("@")[2].lower()
    signing, selector = brand.dkim_domain or domain, brand.dkim_selector or "esmero"
    key = public_key(create_dkim_key(home, domain=signing, selector=selector))
    return [
        Record(
            brand.return_domain,
            "MX",
            f"10 {inbound_host}.",
            "returns and replies come to this house: port 25 there must lead to the listener",
        ),
        Record(
            brand.return_domain,
            "TXT",
            "v=spf1 mx include:SPF-OF-YOUR-RELAY -all",
            "SPF (RFC 7208): who may send under the return path; take your relay's own include",
            "v=spf1",
        ),
        Record(
            f"{selector}._domainkey.{signing}",
            "TXT",
            f"v=DKIM1; k=rsa; p={key}",
            "DKIM (RFC 6376): the public half of the key that signs",
            f"v=DKIM1; k=rsa; p={key}",
        ),
        Record(
            f"_dmarc.{domain}",
            "TXT",
            f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}",
            "DMARC (RFC 7489): begin with p=none, read the reports, then quarantine, then reject",
            "v=DMARC1",
        ),
    ]


def host_name(url: str) -> str:
    """Return the host of a web address if an MX record can name it (RFC 5321 5.1: never an IP address); else ""."""
    host = urlsplit(url).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() and ":" not in host else ""


def public_key(private: bytes) -> str:
    """Return the public half of a PEM key as DKIM publishes it (base64 of its DER)."""
    key = serialization.load_pem_private_key(private, password=None)
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")


def zone_line(record: Record) -> str:
    """Return a record as a zone file has it; text longer than 255 octets in several strings (RFC 1035, 3.3)."""
    if record.kind != "TXT":
        return f"{record.name}. IN {record.kind} {record.value}"
    parts = [record.value[start : start + 250] for start in range(0, len(record.value), 250)]
    return f"{record.name}. IN TXT " + " ".join(f'"{part}"' for part in parts)


def ask(record: Record) -> str:
    """Look a record up; return "" when it is published as it should be, else what is wrong."""
    import dns.exception
    import dns.resolver

    try:
        answers = dns.resolver.resolve(record.name, record.kind, lifetime=5)
    except dns.resolver.NXDOMAIN:
        return "the name does not exist"
    except dns.resolver.NoAnswer:
        return f"there is no {record.kind} record"
    except dns.exception.DNSException as trouble:
        return f"it cannot be looked up: {trouble}"
    found = [_text(answer) for answer in answers]
    if not record.begins or any(_same(text, record.begins) for text in found):
        return ""
    return f"it says {'; '.join(found)[:200]!r}"


def _text(answer: Any) -> str:
    strings: Sequence[bytes] | None = getattr(answer, "strings", None)
    return b"".join(strings).decode("utf-8", "replace") if strings else str(answer)


def _same(text: str, begins: str) -> bool:
    return text.replace(" ", "").lower().startswith(begins.replace(" ", "").lower())
