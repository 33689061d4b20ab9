"""What a refusal means: enhanced status, reply code and words become one meaning, and whose fault it is.

Sources: the registry of RFC 3463 and RFC 5248 with the additions of RFC 7293, 7372 and 7505; the mailbox providers'
published codes. `hard` is said only of a fault of the address that stays; a fault of ours never makes it hard.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from esmero.intake.refusals import REFUSED, WORDS


class Meaning(StrEnum):
    """Why a message was not delivered."""

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


FOR_GOOD = frozenset({Meaning.UNKNOWN_USER, Meaning.UNKNOWN_HOST, Meaning.MOVED, Meaning.NO_MAIL_HOST})
"""Faults of the address that do not pass."""
OURS = frozenset(
    {
        Meaning.POLICY,
        Meaning.REPUTATION,
        Meaning.AUTHENTICATION,
        Meaning.CONTENT,
        Meaning.SENDER,
        Meaning.TOO_LARGE,
    }
)
"""Faults of the sender: the recipient is never suppressed for them."""

# subject.detail of the enhanced status; an unknown detail counts as x.0 of its subject (RFC 3463 section 2).
_STATUS: dict[str, Meaning] = {
    "1.0": Meaning.UNDEFINED,
    "1.1": Meaning.UNKNOWN_USER,
    "1.2": Meaning.UNKNOWN_HOST,
    "1.3": Meaning.UNKNOWN_USER,
    "1.4": Meaning.UNKNOWN_USER,
    "1.6": Meaning.MOVED,
    "1.7": Meaning.SENDER,
    "1.8": Meaning.SENDER,
    "1.10": Meaning.NO_MAIL_HOST,  # RFC 7505: null MX
    "1.351": Meaning.UNKNOWN_USER,  # Exchange Online: the remote server does not know the recipient
    "2.0": Meaning.UNDEFINED,
    "2.1": Meaning.DISABLED,
    "2.2": Meaning.MAILBOX_FULL,
    "2.3": Meaning.TOO_LARGE,
    "2.4": Meaning.RESTRICTED,
    "3.0": Meaning.SYSTEM,
    "3.1": Meaning.SYSTEM,
    "3.2": Meaning.SYSTEM,
    "3.3": Meaning.SYSTEM,
    "3.4": Meaning.TOO_LARGE,
    "3.5": Meaning.SYSTEM,
    "4.0": Meaning.NETWORK,
    "4.1": Meaning.NETWORK,
    "4.2": Meaning.NETWORK,
    "4.3": Meaning.NETWORK,
    "4.4": Meaning.UNKNOWN_HOST,
    "4.5": Meaning.SYSTEM,
    "4.6": Meaning.NETWORK,
    "4.7": Meaning.EXPIRED,
    "5.0": Meaning.SYSTEM,
    "5.2": Meaning.SYSTEM,
    "5.3": Meaning.THROTTLED,
    "6.0": Meaning.CONTENT,
    "7.0": Meaning.POLICY,
    "7.1": Meaning.POLICY,
    "7.2": Meaning.RESTRICTED,
    "7.7": Meaning.POLICY,
    "7.8": Meaning.AUTHENTICATION,
    "7.9": Meaning.POLICY,
    "7.13": Meaning.DISABLED,
    "7.17": Meaning.MOVED,  # RFC 7293: the mailbox has a new owner
    "7.18": Meaning.MOVED,
    "7.23": Meaning.AUTHENTICATION,
    "7.24": Meaning.AUTHENTICATION,
    "7.25": Meaning.REPUTATION,
    "7.26": Meaning.AUTHENTICATION,
    # RFC 7505 gives 5.7.27 to "the sender's domain takes no mail"; Gmail says it of SPF. Both are our fault.
    "7.27": Meaning.AUTHENTICATION,
    "7.28": Meaning.REPUTATION,
    "7.29": Meaning.POLICY,
    "7.30": Meaning.AUTHENTICATION,
    "7.31": Meaning.AUTHENTICATION,
    "7.32": Meaning.AUTHENTICATION,
    "7.40": Meaning.AUTHENTICATION,
    "7.509": Meaning.AUTHENTICATION,
    "7.515": Meaning.AUTHENTICATION,
    "7.606": Meaning.REPUTATION,
}
# Reply codes of RFC 5321 section 4.2.3 that say something by themselves.
_CODE: dict[int, Meaning] = {
    421: Meaning.NETWORK,
    450: Meaning.UNDEFINED,
    451: Meaning.SYSTEM,
    452: Meaning.SYSTEM,
    552: Meaning.MAILBOX_FULL,
    523: Meaning.TOO_LARGE,
    551: Meaning.MOVED,
    556: Meaning.NO_MAIL_HOST,  # RFC 7504
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
    """The meaning of a refusal; hard = the address is at fault for good; ours = the sender is to mend something."""

    meaning: Meaning
    hard: bool
    ours: bool


def judge(status: str, code: int, text: str) -> Judgement:
    """Judge one refusal.

    `status` is the enhanced status ("5.1.1" or empty), `code` the SMTP reply code (0 when unknown) and `text` what the
    server said. Words come first, for servers send the wrong number more often than the wrong word; the most telling
    number decides what the words leave open. A 4 in front of either, or a 5.7.x, is never the address's fault for good:
    where words call the user unknown under such a number, a filter speaks, and only its second refusal silences the
    address; an account that is closed under it is the sender's, unless the number says otherwise (5.7.13, RFC 5248).
    """
    status, inner_status, inner_code = find_status(status), find_status(text), find_code(text)
    numbers = [number for number in (inner_status, status) if number]
    temporary = _is_temporary(inner_status or status, inner_code or code)
    barred = any(number.split(".")[1] == "7" and _by_status(number) not in FOR_GOOD for number in numbers)
    meaning = read_words(text)
    if meaning is None:
        known = [found for number in numbers if (found := _by_status(number)) is not Meaning.UNDEFINED]
        meaning = known[0] if known else _CODE.get(inner_code or code, Meaning.UNDEFINED)
        if meaning is Meaning.UNDEFINED and REFUSED.search(simplify(text)):
            meaning = Meaning.POLICY
    elif barred and meaning in {Meaning.UNKNOWN_USER, Meaning.MOVED}:
        meaning = Meaning.FILTERED
    elif barred and meaning is Meaning.DISABLED and not any(_by_status(one) is Meaning.DISABLED for one in numbers):
        meaning = Meaning.POLICY
    hard = meaning in FOR_GOOD and not temporary
    return Judgement(meaning=meaning, hard=hard, ours=meaning in OURS)


def find_status(text: str) -> str:
    """Return the most telling enhanced status in a text: the last that is not x.0.0, else the first; empty without one."""
    found = [".".join(parts) for parts in _ENHANCED.findall(text[:_LONGEST]) if parts[0] != "2"]
    telling = [number for number in found if not number.endswith(".0.0")]
    return telling[-1] if telling else (found[0] if found else "")


def find_code(text: str) -> int:
    """Return the first SMTP reply code of class 4 or 5 in a text; 0 without one."""
    found = _REPLY.search(_ADDRESSES.sub(" ", text[:_LONGEST]))
    return int(found[1]) if found else 0


@lru_cache(maxsize=32)  # a notice about many recipients is asked again for each
def read_words(text: str) -> Meaning | None:
    """Return the meaning of a server's words alone; None when the table knows none of them."""
    plain = simplify(text)
    if not plain:
        return None
    return next((Meaning(meaning) for meaning, pattern in WORDS if pattern.search(plain)), None)


def simplify(text: str) -> str:
    """Lower case on one line without addresses and links, for an address that is called "full" says nothing."""
    short = _URLS.sub(lambda match: f" {match[1] or ''} ", text[:_LONGEST])
    short = _ADDRESSES.sub(" ", short)
    return _SPACE.sub(" ", _CONTINUED.sub(" ", short)).strip().lower().replace("\u2019", "'")


def _by_status(status: str) -> Meaning:
    parts = status.split(".")
    if len(parts) != 3:
        return Meaning.UNDEFINED
    return _STATUS.get(f"{parts[1]}.{parts[2]}", _STATUS.get(f"{parts[1]}.0", Meaning.UNDEFINED))


def _is_temporary(status: str, code: int) -> bool:
    return status[:1] == "4" if status else 400 <= code < 500
