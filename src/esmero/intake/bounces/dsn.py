"""Read delivery status notifications: RFC 3464, in the container of RFC 6522, international by RFC 6533."""

import re
from dataclasses import dataclass

from esmero.intake.bounces.meaning import FailureMeaning, find_code, find_status, judge, simplify
from esmero.intake.mime.headers import decode_words
from esmero.intake.mime.message import ParsedMessage

MAX_RECIPIENTS = 200
MAX_DIAGNOSTIC = 2_000

# XWall sends the same blocks under the third name.
REPORT_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status", "message/xdelivery-status"})

_FAILED = re.compile(r"fail|error|bounce|undeliver|expire|rejected", re.IGNORECASE)
_DELAYED = re.compile(r"delay", re.IGNORECASE)
_DELIVERED = re.compile(r"deliver(?:ed|able)|relay|expand|success", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@'|]{1,128}@[^\s<>()\[\]\",;:@'|]{1,255}")
# Sendmail pipelines: its transcript has the replies to RCPT below ">>> DATA", so that line is no sign.
_AFTER_DATA = re.compile(
    r"end of data|in reply to (?:end of )?data|after i sent the message|smtp transmission failure|^-*smtp command\s*data\s*$",
    re.IGNORECASE | re.MULTILINE,
)
# A transcript in which DATA itself is refused; if the next reply asks for a recipient, the refusal was of RCPT.
_DATA_REFUSED = re.compile(r"^>>> DATA[^\n]*\n<<< 5\d\d", re.MULTILINE)
_RCPT_REFUSED = re.compile(
    r"^<<< [45]\d\d.{0,20}\b(?:rcpt|valid recipients?|recipient first)\b", re.IGNORECASE | re.MULTILINE
)
_LETTERS = re.compile(r"[\W\d_]+")
_FOREIGN = re.compile(r"[^\W\d_\u0000-\u024f]{4,}")
SHORTEST_REASON = 5
"""Letters below which a diagnostic gives no reason."""
LONGEST_FORM = 300
"""Letters of a notice above which it gives a reason, even in a language that the tables do not cover."""
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_UTF8_ADDRESS = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")


@dataclass(frozen=True, slots=True)
class Report:
    """Describe the delivery status of one recipient.

    `action` is failed, delayed or delivered; `status` the enhanced status or empty; `code` the SMTP reply code or 0.
    """

    recipient: str
    action: str
    status: str
    code: int
    meaning: FailureMeaning
    hard: bool
    diagnostic: str
    remote_mta: str
    envelope_id: str


def read_reports(message: ParsedMessage, *, prose: str) -> tuple[Report, ...]:
    """Read one report for each recipient block of a message; `prose` is used if a block gives no reason."""
    reports: list[Report] = []
    for part in message.parts:
        if part.type not in REPORT_TYPES:
            continue
        envelope_id = ""
        for block in _split_blocks(part.text):
            if "original-envelope-id" in block:
                envelope_id = _XTEXT.sub(lambda m: chr(int(m[1], 16)), block["original-envelope-id"])[:500]
            if len(reports) < MAX_RECIPIENTS and (report := _read_block(block, envelope_id=envelope_id, prose=prose)):
                reports.append(report)
    return tuple(reports)


def make_report(
    recipient: str,
    *,
    action: str,
    status: str,
    diagnostic: str,
    remote_mta: str = "",
    envelope_id: str = "",
    hints: tuple[str, ...] = (),
) -> Report:
    """Build a report with its judgement.

    `hints` are further texts about the failure, nearest first, used while the meaning is undefined. A failure without
    any reason counts as hard: the server reports "failed" for that recipient and nothing else. Such a meaning
    suppresses an address only if it is repeated.
    """
    code, said = find_code(diagnostic), find_status(diagnostic)
    judgement = judge(status, code, diagnostic)
    for hint in hints:
        if judgement.meaning is not FailureMeaning.UNDEFINED:
            break
        judgement = judge(status, code or find_code(hint), hint)
        said = said or find_status(hint)
    meaning, hard = judgement.meaning, judgement.hard
    if (
        meaning is FailureMeaning.UNKNOWN_USER
        and "1.1" not in f"{said} {status}"
        and _is_after_data((diagnostic, *hints))
    ):
        # The server accepted this recipient at RCPT and refused it after DATA: a filter decided, not the directory.
        meaning, hard = FailureMeaning.FILTERED, False
    elif meaning is FailureMeaning.UNKNOWN_USER and status == "4.1.1" and "user unknown" in diagnostic.lower():
        # A server without its table of users answers 450 (Postfix: unknown_local_recipient_reject_code); a report of
        # *failed* means that days of retries got the same answer.
        hard = True
    if meaning is FailureMeaning.UNDEFINED and not status.strip("5.0") and not _gives_reason(diagnostic, hints):
        hard = True
    return Report(
        recipient=recipient,
        action=action,
        status=said or status,
        code=code,
        meaning=meaning,
        hard=hard and action == "failed",
        diagnostic=" ".join(diagnostic.split())[:MAX_DIAGNOSTIC],
        remote_mta=remote_mta,
        envelope_id=envelope_id,
    )


def _is_after_data(texts: tuple[str, ...]) -> bool:
    whole = "\n".join(texts)
    return bool(_AFTER_DATA.search(whole) or (_DATA_REFUSED.search(whole) and not _RCPT_REFUSED.search(whole)))


def _gives_reason(diagnostic: str, hints: tuple[str, ...]) -> bool:
    """Say whether a text may contain a reason, although no table matches it."""
    said, around = (len(_LETTERS.sub("", simplify(text))) for text in (diagnostic, " ".join(hints)))
    return said >= SHORTEST_REASON or around >= LONGEST_FORM or bool(_FOREIGN.search("\n".join(hints)))


def find_recipient(value: str) -> str:
    """Return the mailbox in an address field of a report (`rfc822; a@b`, `utf-8; …`, `<a@b>`); empty if none."""
    kind, _, rest = value.rpartition(";")
    text = _UTF8_ADDRESS.sub(lambda m: chr(int(m[1], 16)) if int(m[1], 16) < 0x110000 else "", rest or kind)
    found = _ADDRESS.search(text)
    return clean_address(found[0]) if found else ""


def clean_address(address: str) -> str:
    """Strip the punctuation of its sentence from an address; empty if it is no valid mailbox (RFC 5321 4.1.2)."""
    text = address.strip("<>()[]{}\"'`.,;:*!?\u2019\u201d\u00bb")
    if "smtp=" in text.lower():
        text = text[text.lower().rindex("smtp=") + 5 :]
    if text.lower().startswith("mailto:"):
        text = text[7:]
    local, _, domain = text.rpartition("@")
    return "" if not local or not domain or ".." in text or local.startswith(".") else text


def _split_blocks(text: str) -> list[dict[str, str]]:
    blocks: list[dict[str, str]] = [{}]
    name = ""
    for line in text.split("\n")[:5_000]:
        if not line.strip():
            if blocks[-1]:
                blocks.append({})
            name = ""
        elif line[0] in " \t" and name:
            blocks[-1][name] = f"{blocks[-1][name]} {line.strip()}"[: 2 * MAX_DIAGNOSTIC]
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            # Some servers put two recipients into one block, without an empty line between them.
            if name == "final-recipient" and name in blocks[-1]:
                blocks.append({})
            blocks[-1].setdefault(name, decode_words(value.strip()))
    return blocks[: 2 * MAX_RECIPIENTS]


def _read_block(block: dict[str, str], *, envelope_id: str, prose: str) -> Report | None:
    given = block.get("original-recipient", ""), block.get("final-recipient", ""), block.get("x-actual-recipient", "")
    if not any(given) and "action" not in block:
        return None
    recipient = next((found for value in given if (found := find_recipient(value))), "")
    status = find_status(block.get("status", "")) or _success_status(block.get("status", ""))
    diagnostic = re.sub(r"^\s*[\w.-]{1,40}\s*;\s*", "", block.get("diagnostic-code", ""))
    extra = re.sub(r"^[\d.\s]+", "", block.get("status", "")) or re.sub(r"^\w+", "", block.get("action", ""))
    return make_report(
        recipient,
        action=_name_action(block.get("action", ""), status=status),
        status=status,
        diagnostic=diagnostic if len(diagnostic.strip()) > 3 else f"{diagnostic} {extra}".strip(),
        remote_mta=block.get("remote-mta", "").rpartition(";")[2].strip()[:255],
        envelope_id=envelope_id,
        hints=(extra, prose),
    )


def _name_action(value: str, *, status: str) -> str:
    for pattern, action in ((_DELAYED, "delayed"), (_FAILED, "failed"), (_DELIVERED, "delivered")):
        if pattern.search(value):
            return action
    return "delivered" if status.startswith("2") else "failed"


def _success_status(value: str) -> str:
    found = re.search(r"\b2\.\d{1,3}\.\d{1,3}\b", value)
    return found[0] if found else ""
