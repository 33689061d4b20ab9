"""Keep programs out of a form without asking a third party: a signed time, an empty field, a limit, a small riddle.

A hosted page carries a signed moment; a browser that runs script solves a riddle over it and the address (hashcash: SHA-256
with leading zero bits), so that each entry costs its own; one that does not has to be slower and fewer. No answer tells which of them failed, or whether an address is
known.
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
RIDDLE_BITS = 14  # some 16,000 hashes: a blink for a telephone, a bill for whoever sends millions
AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 20  # of one network with the riddle solved
MOST_UNSOLVED = 5  # of one network without
MOST_MAILS_A_DAY = 3  # confirmation mails to one address
TRAP = "website"  # a field that no person sees


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAttempt:
    """What tells a person from a program. `stamp` is what the page carried, `answer` the solution for `address` as sent."""

    stamp: str
    answer: str
    address: str
    trap: str
    network: str


def make_stamp(slug: str, *, at: datetime) -> str:
    """Return the signed moment for a page of this form."""
    return signing.dumps([slug, int(at.timestamp())], salt=_SALT)


def read_stamp(stamp: str, *, slug: str) -> datetime | None:
    """Return when the page was made; None when the stamp is none of ours, or of another form."""
    try:
        of, seconds = signing.loads(stamp, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return datetime.fromtimestamp(seconds, tz=UTC) if of == slug else None


def is_solved(stamp: str, answer: str, *, address: str) -> bool:
    """Say whether the riddle over this stamp and address is solved."""
    if not 0 < len(answer) <= 20:
        return False
    digest = hashlib.sha256(f"{stamp}:{address}:{answer}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - RIDDLE_BITS) == 0


def hash_network(address: str) -> str:
    """Return the keyed hash of an address's network (/24, or /48 of IPv6), or "" for what is no address."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    network = ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False)
    return salted_hmac(_SALT, str(network), algorithm="sha256").hexdigest()[:32]


def passes(knock: SubmissionAttempt, *, slug: str, at: datetime, lately: int) -> bool:
    """Say whether a person may have sent this; `lately` is how many came from the same network within the hour."""
    made = read_stamp(knock.stamp, slug=slug)
    if knock.trap or made is None or not FASTEST <= at - made <= OLDEST:
        return False
    return lately < (MOST_AN_HOUR if is_solved(knock.stamp, knock.answer, address=knock.address) else MOST_UNSOLVED)
