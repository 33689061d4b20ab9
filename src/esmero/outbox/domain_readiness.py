"""List the DNS records that a brand needs for sending and for bounces, and check whether they are published.

Sources: RFC 5321 (MX), RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC), RFC 8058 (HTTPS for one click).
"""

import base64
import http.client
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from esmero.house.brands import SELECTOR
from esmero.house.keys import create_dkim_key
from esmero.house.models import Brand
from esmero.outbox.private_networks import PrivateNetworkRefused, find_addresses

TIMEOUT = 5  # seconds for each query


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """Describe one record to publish.

    `key` is its stable name; `begins` is the prefix of a correct answer ("" if any answer is accepted).
    """

    key: str
    name: str
    kind: str
    value: str
    why: str
    begins: str = ""


@dataclass(frozen=True, slots=True)
class DnsFinding:
    """Describe the result of one check.

    `trouble` is "" (correct), missing, other (another value), twice, or unreachable; `found` holds the answers.
    """

    trouble: str
    found: tuple[str, ...] = ()
    detail: str = ""

    def __str__(self) -> str:
        if self.trouble == "missing":
            return "there is no such record"
        if self.trouble == "unreachable":
            return f"it cannot be looked up: {self.detail}"
        if self.trouble == "twice":
            return "it stands there twice, and then none of them counts (RFC 7208, 4.5)"
        return f"it says {'; '.join(self.found)[:200]!r}" if self.trouble else ""


def host_name(url: str) -> str:
    """Return the host of a URL if an MX record can name it (RFC 5321 5.1: never an IP address), else ""."""
    host = urlsplit(url).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() and ":" not in host else ""


def records_for(brand: Brand, *, home: Path) -> list[DnsRecord]:
    """Return the records to publish for a brand, including its next DKIM key. Creates missing keys in `home`."""
    domain = brand.sender_address.rpartition("@")[2].lower()
    signing, selector = brand.dkim_domain or domain, brand.dkim_selector or SELECTOR
    host = host_name(brand.public_url) or "HOST-OF-THIS-MACHINE"
    records = [
        DnsRecord(
            "mx",
            brand.return_domain,
            "MX",
            f"10 {host}.",
            "returns and replies come to this house: port 25 there must lead to the listener",
        ),
        DnsRecord(
            "spf",
            brand.return_domain,
            "TXT",
            "v=spf1 mx include:SPF-OF-YOUR-RELAY -all",
            "SPF (RFC 7208): who may send under the return path; take your relay's own include",
            "v=spf1",
        ),
        _key_record("dkim", signing=signing, selector=selector, home=home),
        DnsRecord(
            "dmarc",
            f"_dmarc.{domain}",
            "TXT",
            f"v=DMARC1; p=none; rua=mailto:{reports_to(brand)}",
            "DMARC (RFC 7489): begin with p=none, read the reports, then quarantine, then reject",
            "v=DMARC1",
        ),
    ]
    if not _are_related(domain, brand.return_domain):
        records.append(
            DnsRecord(
                "dmarc-reports",
                f"{domain}._report._dmarc.{brand.return_domain}",
                "TXT",
                "v=DMARC1;",
                "lets receivers send the reports on one domain to another (RFC 7489, 7.1)",
                "v=DMARC1",
            )
        )
    following = str(brand.readiness.get("next_selector", ""))
    return (
        [*records, _key_record("dkim-next", signing=signing, selector=following, home=home)] if following else records
    )


def reports_to(brand: Brand) -> str:
    """Return the address that receives DMARC reports of a brand: a mailbox of its return domain."""
    return f"postmaster@{brand.return_domain}"


def _are_related(one: str, other: str) -> bool:
    """Return whether one domain is a subdomain of the other.

    Siblings are not related here: the additional record that they get does no harm.
    """
    one, other = one.lower(), other.lower()
    return f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}")


def _key_record(key: str, *, signing: str, selector: str, home: Path) -> DnsRecord:
    value = f"v=DKIM1; k=rsa; p={public_key(create_dkim_key(home, domain=signing, selector=selector))}"
    why = "DKIM (RFC 6376): the public half of the key that signs"
    return DnsRecord(key, f"{selector}._domainkey.{signing}", "TXT", value, why, value)


def public_key(private: bytes) -> str:
    """Return the public half of a PEM key in base64 of its DER form (RFC 6376 3.6.1, tag p=)."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(private, password=None)
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")


def zone_line(record: DnsRecord) -> str:
    """Return a record as a line of a zone file; text over 255 octets is split into strings (RFC 1035, 3.3)."""
    if record.kind != "TXT":
        return f"{record.name}. IN {record.kind} {record.value}"
    parts = [record.value[start : start + 250] for start in range(0, len(record.value), 250)]
    return f"{record.name}. IN TXT " + " ".join(f'"{part}"' for part in parts)


def query_dns(record: DnsRecord) -> DnsFinding:
    """Query the public DNS for a record, within TIMEOUT seconds."""
    import dns.exception
    import dns.resolver

    try:
        answers = dns.resolver.resolve(record.name, record.kind, lifetime=TIMEOUT)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return DnsFinding("missing")
    except (dns.exception.DNSException, OSError, ValueError) as trouble:
        return DnsFinding("unreachable", detail=str(trouble)[:200])
    return compare_answers(record, [_text(answer) for answer in answers])


def compare_answers(record: DnsRecord, found: Sequence[str]) -> DnsFinding:
    """Compare the answers of the DNS with the expected record."""
    shown = tuple(text[:500] for text in found)
    if not record.begins:
        return DnsFinding("", shown)
    # Other TXT records may share the name: only those of the same version tag count as wrong.
    version = record.begins.partition(";")[0].partition(" ")[0]
    of_its_kind = [text for text in found if _same(text, version)]
    if record.key == "spf" and len(of_its_kind) > 1:
        return DnsFinding("twice", shown)
    if any(_same(text, record.begins) for text in found):
        return DnsFinding("", shown)
    return DnsFinding("other" if of_its_kind or record.key.startswith("dkim") else "missing", shown)


def check_https(brand: Brand) -> DnsFinding:
    """Check that this installation answers at the brand's public address over HTTPS with a valid certificate."""
    parts = urlsplit(brand.public_url)
    if parts.scheme != "https" or not parts.hostname:
        return DnsFinding("missing", (brand.public_url,))
    host, port = parts.hostname, parts.port or 443
    connection: http.client.HTTPConnection | None = None
    try:
        context = ssl.create_default_context()
        # Connect to the address that was checked: a second lookup could return a private one (DNS rebinding).
        reached = socket.create_connection((find_addresses(host, port=port)[0], port), timeout=TIMEOUT)
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        connection.sock = context.wrap_socket(reached, server_hostname=host)
        connection.request("GET", f"{parts.path}/brand/{brand.slug}.css", headers={"User-Agent": "Esmero"})
        answer = connection.getresponse()
        ours = answer.status == http.HTTPStatus.OK and b"--act" in answer.read(4000)
    except PrivateNetworkRefused as trouble:
        return DnsFinding("unreachable", detail=str(trouble))
    except (OSError, http.client.HTTPException) as trouble:
        return DnsFinding("unreachable", detail=str(getattr(trouble, "verify_message", "") or trouble)[:200])
    finally:
        if connection is not None:
            connection.close()
    return DnsFinding("" if ours else "other", (f"{answer.status} {answer.reason}",))


def check_readiness(brand: Brand) -> dict[str, Any]:
    """Check all records and HTTPS of a brand, and store the result on it; return it. Takes at most half a minute."""
    findings = {record.key: query_dns(record) for record in records_for(brand, home=settings.HOME)}
    findings["https"] = check_https(brand)
    found = {
        key: {"trouble": one.trouble, "found": list(one.found), "detail": one.detail} for key, one in findings.items()
    }
    with transaction.atomic():
        fresh = Brand.objects.select_for_update().get(pk=brand.pk)
        stored: dict[str, Any] = {**fresh.readiness, "records": found, "looking_since": ""}
        Brand.objects.filter(pk=brand.pk).update(readiness=stored, readiness_at=timezone.now())
    return stored


def mark_readiness_check(brand: Brand) -> None:
    """Store that a check is running, so that a page can wait for the result."""
    with transaction.atomic():
        fresh = Brand.objects.select_for_update().get(pk=brand.pk)
        begun = {**fresh.readiness, "looking_since": timezone.now().isoformat()}
        Brand.objects.filter(pk=brand.pk).update(readiness=begun)


def is_ready(brand: Brand) -> bool | None:
    """Return whether the last check found all necessary records; None if there was no check yet."""
    records = brand.readiness.get("records")
    if not records:
        return None
    # The record of the next key is needed only when that key signs.
    return all(not one["trouble"] for key, one in records.items() if key != "dkim-next")


def _text(answer: Any) -> str:
    strings: Sequence[bytes] | None = getattr(answer, "strings", None)
    return b"".join(strings).decode("utf-8", "replace") if strings else str(answer)


def _same(text: str, begins: str) -> bool:
    return text.replace(" ", "").lower().startswith(begins.replace(" ", "").lower())
