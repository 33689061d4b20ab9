"""Determine the meaning of a refusal from enhanced status, reply code and words, and the party at fault.

Sources: the registry of RFC 3463 and RFC 5248 with the additions of RFC 7293, 7372 and 7505; the mailbox providers'
published codes. Only a permanent fault of the address is `hard`; a fault of the sender never is.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from esmero.intake.bounces.phrases import REFUSED, WORDS


class FailureMeaning(StrEnum):
    """Name the reasons why a message was not delivered."""

    UNKNOWN_USER = "unknown-user"
    UNKNOWN_HOST = "unknown-host"
    MOVED = "moved"
    NO_MAIL_HOST = "no-mail-host"
    DISABLED = "disabled"
    RESTRICTED = "restricted"
    FILTERED = "filtered"
    MAILBOX_FULL = "mailbox-full"
    TOO_LARGE = "too-large"
    CONTENT = "content"
    POLICY = "policy"
    REPUTATION = "reputation"
    AUTHENTICATION = "authentication"
    SENDER = "sender"
    THROTTLED = "throttled"
    SYSTEM = "system"
    NETWORK = "network"
    EXPIRED = "expired"
    UNDEFINED = "undefined"


PERMANENT = frozenset(
    {FailureMeaning.UNKNOWN_USER, FailureMeaning.UNKNOWN_HOST, FailureMeaning.MOVED, FailureMeaning.NO_MAIL_HOST}
)
"""Permanent faults of the address."""
SENDER_FAULTS = frozenset(
    {
        FailureMeaning.POLICY,
        FailureMeaning.REPUTATION,
        FailureMeaning.AUTHENTICATION,
        FailureMeaning.CONTENT,
        FailureMeaning.SENDER,
        FailureMeaning.TOO_LARGE,
    }
)
"""Faults of the sender: the recipient is never suppressed for them."""

# Subject.detail of the enhanced status; an unknown detail counts as x.0 of its subject (RFC 3463 section 2).
_STATUS: dict[str, FailureMeaning] = {
    "1.0": FailureMeaning.UNDEFINED,
    "1.1": FailureMeaning.UNKNOWN_USER,
    "1.2": FailureMeaning.UNKNOWN_HOST,
    "1.3": FailureMeaning.UNKNOWN_USER,
    "1.4": FailureMeaning.UNKNOWN_USER,
    "1.6": FailureMeaning.MOVED,
    "1.7": FailureMeaning.SENDER,
    "1.8": FailureMeaning.SENDER,
    "1.10": FailureMeaning.NO_MAIL_HOST,  # RFC 7505: null MX
    "1.351": FailureMeaning.UNKNOWN_USER,  # Exchange Online: the remote server does not know the recipient
    "2.0": FailureMeaning.UNDEFINED,
    "2.1": FailureMeaning.DISABLED,
    "2.2": FailureMeaning.MAILBOX_FULL,
    "2.3": FailureMeaning.TOO_LARGE,
    "2.4": FailureMeaning.RESTRICTED,
    "3.0": FailureMeaning.SYSTEM,
    "3.1": FailureMeaning.SYSTEM,
    "3.2": FailureMeaning.SYSTEM,
    "3.3": FailureMeaning.SYSTEM,
    "3.4": FailureMeaning.TOO_LARGE,
    "3.5": FailureMeaning.SYSTEM,
    "4.0": FailureMeaning.NETWORK,
    "4.1": FailureMeaning.NETWORK,
    "4.2": FailureMeaning.NETWORK,
    "4.3": FailureMeaning.NETWORK,
    "4.4": FailureMeaning.UNKNOWN_HOST,
    "4.5": FailureMeaning.SYSTEM,
    "4.6": FailureMeaning.NETWORK,
    "4.7": FailureMeaning.EXPIRED,
    "5.0": FailureMeaning.SYSTEM,
    "5.2": FailureMeaning.SYSTEM,
    "5.3": FailureMeaning.THROTTLED,
    "6.0": FailureMeaning.CONTENT,
    "7.0": FailureMeaning.POLICY,
    "7.1": FailureMeaning.POLICY,
    "7.2": FailureMeaning.RESTRICTED,
    "7.7": FailureMeaning.POLICY,
    "7.8": FailureMeaning.AUTHENTICATION,
    "7.9": FailureMeaning.POLICY,
    "7.13": FailureMeaning.DISABLED,
    "7.17": FailureMeaning.MOVED,  # RFC 7293: the mailbox has a new owner
    "7.18": FailureMeaning.MOVED,
    "7.23": FailureMeaning.AUTHENTICATION,
    "7.24": FailureMeaning.AUTHENTICATION,
    "7.25": FailureMeaning.REPUTATION,
    "7.26": FailureMeaning.AUTHENTICATION,
    # RFC 7505 gives 5.7.27 to "the sender's domain takes no mail"; Gmail uses it for SPF. The sender must mend both.
    "7.27": FailureMeaning.AUTHENTICATION,
    "7.28": FailureMeaning.REPUTATION,
    "7.29": FailureMeaning.POLICY,
    "7.30": FailureMeaning.AUTHENTICATION,
    "7.31": FailureMeaning.AUTHENTICATION,
    "7.32": FailureMeaning.AUTHENTICATION,
    "7.40": FailureMeaning.AUTHENTICATION,
    "7.509": FailureMeaning.AUTHENTICATION,
    "7.515": FailureMeaning.AUTHENTICATION,
    "7.606": FailureMeaning.REPUTATION,
}
# Reply codes of RFC 5321 section 4.2.3 that have a meaning without words.
_CODE: dict[int, FailureMeaning] = {
    421: FailureMeaning.NETWORK,
    450: FailureMeaning.UNDEFINED,
    451: FailureMeaning.SYSTEM,
    452: FailureMeaning.SYSTEM,
    552: FailureMeaning.MAILBOX_FULL,
    523: FailureMeaning.TOO_LARGE,
    551: FailureMeaning.MOVED,
    556: FailureMeaning.NO_MAIL_HOST,  # RFC 7504
}

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]|\.\d)")
_REPLY = re.compile(r"(?<![\d.\-/:])([45]\d\d)(?=[ \-:]|$)(?!-?\d*[./]\d)")
_ADDRESSES = re.compile(r"<[^<>\s]{1,300}@[^<>\s]{1,300}>|[^\s<>\"'(\[:;,=]{1,200}@[^\s<>\"')\];,]{1,250}")
_URLS = re.compile(r"\bhttps?:\s?/*[^\s<>\"]*?(?:[?&]p=(\w{3,40}))?(?=[\s<>\"&]|$)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_CONTINUED = re.compile(r"\s[45]\d\d[- ](?:[45]\.\d{1,3}\.\d{1,3})?\s*")
_LONGEST = 6_000


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold the meaning of a refusal; `hard`: permanent fault of the address; `ours`: fault of the sender."""

    meaning: FailureMeaning
    hard: bool
    ours: bool


def judge(status: str, code: int, text: str) -> Judgement:
    """Judge one refusal.

    `status` is the enhanced status ("5.1.1" or empty), `code` the SMTP reply code (0 if unknown), `text` the server's
    answer. Words come first, because servers send a wrong number more often than a wrong word; the most specific number
    decides if the words do not. A 4xx code, a 4.x.x status or a 5.7.x status is never a hard bounce: if the words say
    "unknown user" under such a number, a filter decided, and only its second refusal suppresses the address. A disabled
    account under such a number is a fault of the sender, unless the number is 5.7.13 (RFC 5248).
    """
    status, inner_status, inner_code = find_status(status), find_status(text), find_code(text)
    numbers = [number for number in (inner_status, status) if number]
    temporary = _is_temporary(inner_status or status, inner_code or code)
    barred = any(number.split(".")[1] == "7" and _by_status(number) not in PERMANENT for number in numbers)
    meaning = read_words(text)
    if meaning is None:
        known = [found for number in numbers if (found := _by_status(number)) is not FailureMeaning.UNDEFINED]
        meaning = known[0] if known else _CODE.get(inner_code or code, FailureMeaning.UNDEFINED)
        if meaning is FailureMeaning.UNDEFINED and REFUSED.search(simplify(text)):
            meaning = FailureMeaning.POLICY
    elif barred and meaning in {FailureMeaning.UNKNOWN_USER, FailureMeaning.MOVED}:
        meaning = FailureMeaning.FILTERED
    elif (
        barred
        and meaning is FailureMeaning.DISABLED
        and not any(_by_status(one) is FailureMeaning.DISABLED for one in numbers)
    ):
        meaning = FailureMeaning.POLICY
    hard = meaning in PERMANENT and not temporary
    return Judgement(meaning=meaning, hard=hard, ours=meaning in SENDER_FAULTS)


def find_status(text: str) -> str:
    """Return the most specific enhanced status in a text: the last that is not x.0.0, else the first; empty if none."""
    found = [".".join(parts) for parts in _ENHANCED.findall(text[:_LONGEST]) if parts[0] != "2"]
    telling = [number for number in found if not number.endswith(".0.0")]
    return telling[-1] if telling else (found[0] if found else "")


def find_code(text: str) -> int:
    """Return the first SMTP reply code of class 4 or 5 in a text; 0 if none."""
    found = _REPLY.search(_ADDRESSES.sub(" ", text[:_LONGEST]))
    return int(found[1]) if found else 0


@lru_cache(maxsize=32)  # make_report repeats the whole notice for each of its recipients
def read_words(text: str) -> FailureMeaning | None:
    """Return the meaning of a server's words alone; None if no table matches."""
    plain = simplify(text)
    if not plain:
        return None
    return next((FailureMeaning(meaning) for meaning, pattern in WORDS if pattern.search(plain)), None)


def simplify(text: str) -> str:
    """Normalise a text for the phrase tables: lower case, one line, without addresses and links.

    Addresses go because one that contains a word such as "full" must not match.
    """
    short = _URLS.sub(lambda match: f" {match[1] or ''} ", text[:_LONGEST])
    short = _ADDRESSES.sub(" ", short)
    return _SPACE.sub(" ", _CONTINUED.sub(" ", short)).strip().lower().replace("\u2019", "'")


def _by_status(status: str) -> FailureMeaning:
    parts = status.split(".")
    if len(parts) != 3:
        return FailureMeaning.UNDEFINED
    return _STATUS.get(f"{parts[1]}.{parts[2]}", _STATUS.get(f"{parts[1]}.0", FailureMeaning.UNDEFINED))


def _is_temporary(status: str, code: int) -> bool:
    return status[:1] == "4" if status else 400 <= code < 500
