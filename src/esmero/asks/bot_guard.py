"""Protect forms from bots without a third party: signed time, honeypot field, rate limit and proof of work.

A hosted page carries a signed timestamp. A browser with JavaScript solves a puzzle over it and the address (hashcash:
SHA-256 with leading zero bits), so that every entry has a cost. Without JavaScript the limits are lower. The response
reveals neither the failed check nor whether an address is known.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils.crypto import salted_hmac

_SALT = "esmero.form"
FASTEST = timedelta(seconds=3)
OLDEST = timedelta(hours=12)
PUZZLE_BITS = 14  # some 16,000 hashes: milliseconds for a phone, expensive by the million
AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 20  # from one network with the puzzle solved
MOST_UNSOLVED = 5  # from one network without
MOST_MAILS_A_DAY = 3  # confirmation mails to one address
HONEYPOT = "website"  # hidden field that only bots fill in


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAttempt:
    """Hold the evidence that a person sent the form: the stamp of the page, and the puzzle's `answer` for `address`."""

    stamp: str
    answer: str
    address: str
    honeypot: str
    network: str


def make_stamp(slug: str, *, at: datetime) -> str:
    """Return the signed timestamp for a page of this form."""
    return signing.dumps([slug, int(at.timestamp())], salt=_SALT)


def read_stamp(stamp: str, *, slug: str) -> datetime | None:
    """Return the time at which the page was made; None if the stamp is forged or of another form."""
    try:
        of, seconds = signing.loads(stamp, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return datetime.fromtimestamp(seconds, tz=UTC) if of == slug else None


def is_solved(stamp: str, answer: str, *, address: str) -> bool:
    """Return whether the puzzle over this stamp and address is solved."""
    if not 0 < len(answer) <= 20:
        return False
    digest = hashlib.sha256(f"{stamp}:{address}:{answer}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - PUZZLE_BITS) == 0


def hash_network(address: str) -> str:
    """Return the keyed hash of an address's network (/24, or /48 of IPv6), or "" if it is no IP address."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    network = ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False)
    return salted_hmac(_SALT, str(network), algorithm="sha256").hexdigest()[:32]


def is_human(attempt: SubmissionAttempt, *, slug: str, at: datetime, recent: int) -> bool:
    """Return whether a person may have sent this; `recent` is the number from the same network within the hour."""
    made = read_stamp(attempt.stamp, slug=slug)
    if attempt.honeypot or made is None or not FASTEST <= at - made <= OLDEST:
        return False
    return recent < (
        MOST_AN_HOUR if is_solved(attempt.stamp, attempt.answer, address=attempt.address) else MOST_UNSOLVED
    )
