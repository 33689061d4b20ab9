"""Parse a captured mail for display: recipient's view, text, source, and the purpose of each header."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from selectolax.lexbor import LexborHTMLParser

from esmero.outbox.models import Captured

EXPLAINED: Mapping[str, str | Promise] = {
    "return-path": _("Where a relay reports that it could not deliver; the tag names this one message."),
    "from": _("Who writes: one address, of the domain that signs."),
    "to": _("To whom; one person, nobody else."),
    "reply-to": _("Where answers go; the tag finds the conversation without reading the text."),
    "subject": _("What it is about, in one line."),
    "date": _("When it was made."),
    "message-id": _("The name of this message in the whole world; the same on every try."),
    "list-id": _("The topic as a list, so that mail programs can sort it."),
    "list-unsubscribe": _("Ways out that a mail program can offer beside the sender's name."),
    "list-unsubscribe-post": _("Says that one click is enough, without a page in between."),
    "list-help": _("Where it is explained why this came."),
    "feedback-id": _("Lets mailbox providers count complaints by campaign, not by person."),
    "auto-submitted": _("Says that a program wrote it, so that other programs do not answer."),
    "precedence": _("Asks absence notes to stay silent."),
    "dkim-signature": _("Proof that it comes from this domain and was not changed on the way."),
    "mime-version": _("Says that what follows is structured mail."),
    "content-type": _("What the parts are: the same letter as text and as HTML."),
    "content-transfer-encoding": _("How the octets are written down."),
    "content-language": _("In which language it is written."),
    "x-report-abuse": _("Where to complain of it."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtMessageView:
    """Hold one parsed mail; `links` are (text, URL) from the HTML part, each URL once."""

    html: str
    text: str
    source: str
    headers: list[tuple[str, str, str]]
    links: list[tuple[str, str]]


def read_letter(captured: Captured) -> CaughtMessageView:
    """Parse a captured message; a missing part is an empty text."""
    raw = zlib.decompress(bytes(captured.body))
    mail = message_from_bytes(raw, policy=default)
    html = _part(mail, "html")
    headers = [(name, str(value), str(EXPLAINED.get(name.lower(), ""))) for name, value in mail.items()]
    return CaughtMessageView(
        html=html,
        text=_part(mail, "plain"),
        source=raw.decode("utf-8", "replace"),
        headers=[("Return-Path", f"<{captured.return_path}>", str(EXPLAINED["return-path"])), *headers],
        links=_links(html),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return cast("str", part.get_content()) if part is not None else ""


def _links(html: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for anchor in LexborHTMLParser(html).css("a[href]"):
        address = anchor.attributes.get("href") or ""
        if address.startswith(("http://", "https://")):
            found.setdefault(address, " ".join(anchor.text().split()) or address)
    return [(words, address) for address, words in found.items()]
