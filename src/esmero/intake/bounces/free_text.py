"""Read delivery notices in free text: the failed recipients, and the server's answer about each.

The dialects (qmail, exim, sendmail, old postfix, exchange, notes, IMail, the large providers) differ in words and agree
in shape: an address begins a line or ends a phrase, the reason follows, and the returned message comes after a line
that announces it. The tables below describe those shapes, strongest first.
"""

import re
from itertools import pairwise

from esmero.intake.bounces.dsn import MAX_RECIPIENTS, Report, clean_address, make_report
from esmero.intake.bounces.recognition import BOILERPLATE, DELAY_SENTENCE, RETURNED_MARK
from esmero.intake.mime.headers import Headers
from esmero.intake.mime.html_text import read_markup
from esmero.intake.mime.message import ParsedMessage

MAX_NOTICE = 16_384
"""Characters of a notice that are read; the rest is the returned message."""

_ADDRESS = r"[^\s<>()\[\]\",;:@]{1,128}@[^\s<>()\[\]\",;:@]{1,255}"
_RETURNED_HEAD = re.compile(
    r"^[ \t]?(?:received:|return-path:|dkim-signature:|x-received:|arc-seal:|message-id:|mime-version:|x-google-smtp-source:).*\n(?:(?:[ \t]|[\w-]+:).*\n){2}",
    re.IGNORECASE | re.MULTILINE,
)
_SENDER_LINE = re.compile(
    r"^[ \t>*-]*(?:from|sender|original sender|reply-to|return-path|mail from|subject|message-id|to|cc|para|à|an|date|sent|von|de|sender-mta|>>> mail)\s*:|"
    r"mail from\s*:|message (?:from|sent by)\b|sent by\b|contact|please (?:send|contact|call)|forward this|help ?desk|postmaster>|support@|abuse@",
    re.IGNORECASE,
)
# 1. An address begins the line: alone, in brackets, with a bullet, before a colon or the reason. Possessive quantifiers
# (`*+`) prevent exponential backtracking over thousands of blanks.
_OPENING = re.compile(
    rf"^[ \t]*+(?:(?:[-*•>.]+|\d+[.)]|recipient(?: address)?:)[ \t]*+)?(?:\"?'?[^\n<>\"@\d]{{0,60}}\"?[ \t]*+(?=<))?(?:\"[^\"\n]{{1,80}}\"[ \t]*+)?[<\[\"']?(?:mailto:)?(?P<address>{_ADDRESS})[>\]\"']*(?P<rest>[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
# 2. The address after a phrase about delivery.
_PHRASES = re.compile(
    rf"(?:rcpt to:?|undeliverable\s+to|deliver(?:ed|y|ing)?(?: (?:the|your|a))?(?: (?:mail|message))?(?: \S+)? (?:to|for)|(?:message|mail)(?: \S+){{0,3}} (?:to|for)|fail(?:ed|ure)(?: \S+){{0,4}}?(?:\s*:| to| for)|attempts:|error-for:|addressed (?:to|for)|"
    rf"(?:unknown|invalid|no such|final delivery) (?:local )?(?:user|userid|recipient|mailbox|address)(?: id)?:?|recipients?(?: address| addresses)?(?:\(s\))?(?: \S+)?[: ]|quota violation for|full:|original(?:ly)? (?:addressed to|address:|generated from)|"
    rf"(?:expanded|generated) from:?|smtp=|errors: |to local user|pour|à|para|destinatarios?:|destinataires?:|an|[45]\d\d(?:[ -][45]\.\d\.\d{{1,3}})?)\s*[<\[\"'(]*(?P<address>{_ADDRESS})",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(_ADDRESS)
_ROLE_ADDRESS = re.compile(
    r"^(?:postmaster|mailer-daemon|abuse|support|helpdesk|hostmaster|admin(?:istrator)?)@", re.IGNORECASE
)
_ANSWER = re.compile(r"(?:^|(?<=[\s:>\[(\"']))[45]\d\d(?:[ -:](?=\s*\S)|$)(?!\d)", re.MULTILINE)
_PASTED_TO = re.compile(rf"^[ \t]*To:[^\n]*?(?P<address>{_ADDRESS})", re.IGNORECASE | re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.;!?]\s)|(?<=\n)")
MAX_CHUNK = 3_000


def read_notice(message: ParsedMessage) -> str:
    """Return the text that the machine wrote: all text before the returned message."""
    pieces: list[str] = []
    plain = [part for part in message.parts if part.type in {"text/plain", "text"} and not part.attached]
    for part in plain or [part for part in message.parts if part.type in {"text/html", "x-loose/plain"}]:
        pieces.append(read_markup(part.text) if part.type == "text/html" else part.text)
        if len("".join(pieces)) > MAX_NOTICE or _RETURNED_HEAD.match(part.text):
            break
    return cut_returned("\n".join(pieces)[: 4 * MAX_NOTICE])[:MAX_NOTICE]


def cut_returned(text: str) -> str:
    """Remove the returned message from a notice."""
    ends = [len(text)]
    if found := _RETURNED_HEAD.search(text):
        ends.append(found.start())
    for found in RETURNED_MARK.finditer(text):
        # A heading at the top ("Returned mail …") belongs to the notice itself.
        if text[: found.start()].strip():
            ends.append(found.start())
            break
    return text[: min(ends)]


def find_failed(headers: Headers, notice: str) -> tuple[str, ...]:
    """Return the addresses that a notice reports as failed, in their order, by the strongest shape that occurs."""
    listed = [
        clean_address(word) for value in headers.all("x-failed-recipients") for word in re.split(r"[,\s]+", value)
    ]
    ours = {headers.address("to").lower()}
    for found in (listed, _opening(notice), _phrased(notice, ours), _loose(notice, ours), _fallback(notice)):
        if kept := tuple(dict.fromkeys(address for address in found if address)):
            return kept[:MAX_RECIPIENTS]
    return ()


def read_prose(message: ParsedMessage, *, notice: str) -> tuple[Report, ...]:
    """Read reports from a free-text notice; one report without recipient if the notice names none."""
    subject = message.headers.get("subject")
    action = "delayed" if DELAY_SENTENCE.search(f"{subject}\n{notice}") else "failed"
    whole = (strip_boilerplate(notice), subject)
    addresses = find_failed(message.headers, notice)
    if not addresses:
        return (make_report("", action=action, status="", diagnostic=find_server_reply(notice), hints=whole),)
    return tuple(
        make_report(
            address,
            action=action,
            status="",
            diagnostic=find_server_reply(chunk),
            hints=(strip_boilerplate(chunk), *whole),
        )
        for address, chunk in _cut_by_address(notice, addresses).items()
    )


def find_server_reply(chunk: str) -> str:
    """Return the other server's answer, from its reply code on; the whole chunk if it quotes no answer."""
    found = _ANSWER.search(chunk)
    said = chunk[found.start() :] if found else chunk
    return strip_boilerplate(said if any(character.isalpha() for character in said) else chunk)


def chunk_of(notice: str, address: str) -> str:
    """Return the text after the first mention of an address; the beginning of the notice if it is not mentioned."""
    place = notice.lower().find(address.lower())
    return notice[place : place + 2_000] if place >= 0 and address else notice[:2_000]


def _opening(notice: str) -> list[str]:
    found = []
    for match in _OPENING.finditer(notice):
        address = clean_address(match["address"])
        if _ROLE_ADDRESS.match(address) or _SENDER_LINE.search(match[0]):
            continue
        before = notice[: match.start()].rstrip()[-60:].lower()
        if re.search(r"(?:message from|sent by|contact|sender|from:)\s*$", before):
            continue
        found.append(address)
    return found


def _phrased(notice: str, ours: set[str]) -> list[str]:
    return [
        address
        for line in notice.split("\n")
        if not re.match(r"(?i)^[ \t>*(-]*(?:from|sender|reply-to|subject|mail from|>>> mail)\b", line)
        for match in _PHRASES.finditer(line)
        if (address := clean_address(match["address"])).lower() not in ours and not _ROLE_ADDRESS.match(address)
    ]


def _loose(notice: str, ours: set[str]) -> list[str]:
    return [
        address
        for line in notice.split("\n")
        if not _SENDER_LINE.search(line)
        for match in _ANYWHERE.finditer(line)
        if (address := clean_address(match[0])).lower() not in ours and not _ROLE_ADDRESS.match(address)
    ]


def _fallback(notice: str) -> list[str]:
    """Return the address of a pasted "To:", else role addresses: they count only if no other address is named."""
    pasted = [clean_address(match["address"]) for match in _PASTED_TO.finditer(notice)]
    return pasted or [clean_address(match["address"]) for match in _OPENING.finditer(notice)]


def _cut_by_address(notice: str, addresses: tuple[str, ...]) -> dict[str, str]:
    """Split a notice by address: each chunk begins at a failed address and ends at the next one."""
    places = sorted((_find_place(notice, address), address) for address in addresses)
    chunks = dict.fromkeys(addresses, "")
    for (place, address), (end, _) in pairwise([*places, (len(notice), "")]):
        chunks[address] = notice[place + len(address) : end][:MAX_CHUNK] if place >= 0 else ""
    return chunks


def _find_place(notice: str, address: str) -> int:
    named = [match.start() for match in re.finditer(re.escape(address), notice, re.IGNORECASE)]
    blamed = [place for place in named if not _SENDER_LINE.search(notice[notice.rfind("\n", 0, place) + 1 : place])]
    return next(iter(blamed or named), -1)


def strip_boilerplate(text: str) -> str:
    """Remove the standard sentences of a dialect, which give no reason."""
    return "".join(sentence for sentence in _SENTENCE_END.split(text) if not BOILERPLATE.search(sentence))
