"""Classify the files of a mail folder: whole messages or bodies alone; name kinds as a scored table does."""

from datetime import date
from pathlib import PurePosixPath
from types import MappingProxyType

from esmero.intake.classification import Classification, InboundKind
from esmero.intake.classify import classify
from esmero.intake.mime.charsets import decode
from esmero.intake.mime.envelope import guess_language
from esmero.intake.mime.headers import read_headers
from esmero.intake.mime.html_text import read_markup
from esmero.intake.mime.message import MAX_OCTETS, split_head
from esmero.intake.replies.reply import read_reply
from esmero.intake.replies.unsubscribe import read_unsubscription

_FIELDS = {
    "from",
    "to",
    "date",
    "subject",
    "received",
    "message-id",
    "return-path",
    "mime-version",
    "content-type",
    "delivered-to",
}
_LABELS = {
    InboundKind.CHALLENGE: "autoreply-challenge",
    InboundKind.UNSUBSCRIBE: "reply-unsubscribe",
    InboundKind.DMARC: "other",
}


def classify_file(name: str, data: bytes, *, today: date | None = None) -> Classification:
    """Classify a file by its path.

    `.eml` is a message and `.html` a body. Any other file in a folder of replies is a body; elsewhere it is a message
    if it begins with the header fields of one. A body alone counts as a reply without sender.
    """
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if suffix in {".html", ".htm"}:
        return _classify_body(data, html=True)
    in_replies = any(folder.lower().startswith("repl") for folder in path.parts[:-1])
    if suffix != ".eml" and (in_replies or not _is_message(data)):
        return _classify_body(data, html=False)
    return classify(data, today=today)


def name_kind(verdict: Classification) -> str:
    """Return the kind in the spelling of a scored folder's table."""
    return _LABELS.get(verdict.kind, str(verdict.kind))


def name_recipients(verdict: Classification) -> tuple[str, ...]:
    """Return the distinct addresses that the reports name."""
    return tuple(dict.fromkeys(report.recipient for report in verdict.reports if report.recipient))


def _is_message(data: bytes) -> bool:
    return len(_FIELDS.intersection(read_headers(split_head(data[:65_536].lstrip())[0]))) >= 2


def _classify_body(data: bytes, *, html: bool) -> Classification:
    body = decode(data[:MAX_OCTETS])
    text = read_markup(body) if html else body
    reply = read_reply(body, html=html)
    why = read_unsubscription(subject="", reply=reply)
    return Classification(
        kind=InboundKind.UNSUBSCRIBE if why else InboundKind.REPLY,
        sender="",
        subject="",
        text=text,
        reply_text=reply,
        why=why or ("body",),
        message_id="",
        in_reply_to=(),
        returned_message_id="",
        returned_headers=MappingProxyType({}),
        language=guess_language(text),
        truncated=len(data) > MAX_OCTETS,
    )
