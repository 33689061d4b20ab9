"""Render finished messages from a compiled template and one person's facts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from esmero.rendering.mime.attachment import EncodedAttachment
from esmero.rendering.mime.dkim import DkimKey, relax_body
from esmero.rendering.mime.headers import (
    HeaderInjection,
    encode_mailbox,
    encode_phrase,
    encode_text,
    guard,
    has_break,
    write_address,
    write_domain,
)
from esmero.rendering.mime.part import BOUNDARY, MIXED_BOUNDARY, EncodedPart, encode_part
from esmero.rendering.templates.compile import CompiledTemplate, TextWithoutPromotion
from esmero.rendering.templates.compiled_text import TokenLink
from esmero.rendering.tokens import Signer, TokenPurpose

_CLOSE = f"--{BOUNDARY}--\r\n".encode()
_ALTERNATIVE = f'multipart/alternative;\r\n boundary="{BOUNDARY}"'
_MIXED = f'multipart/mixed;\r\n boundary="{MIXED_BOUNDARY}"'
_MIXED_EDGE = f"--{MIXED_BOUNDARY}\r\n".encode()
_MIXED_CLOSE = f"--{MIXED_BOUNDARY}--\r\n".encode()
_MIXED_START = _MIXED_EDGE + f"Content-Type: {_ALTERNATIVE}\r\n\r\n".encode()
_HEADER_OF = {
    "from_name": "From", "base_url": "List-Unsubscribe", "list_label": "List-Id", "list_name": "List-Id",
    "feedback_id": "Feedback-ID", "auto_submitted": "Auto-Submitted",
}  # fmt: skip
_OPAQUE = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ENVELOPE = (TokenLink(TokenPurpose.RETURN), TokenLink(TokenPurpose.REPLY), TokenLink(TokenPurpose.UNSUBSCRIBE))


@dataclass(frozen=True, slots=True)
class SharedHeaders:
    """Hold the header facts that all messages of a campaign share.

    Domains and addresses are in Unicode or ASCII; `base_url` has no trailing slash. `bulk` adds List-Unsubscribe, its
    one-click Post (RFC 8058) and Precedence. An empty `list_domain` omits List-Id, an empty `feedback_id` (at most four
    fields, the last of 5 to 15 characters) or `auto_submitted` ("auto-generated", RFC 3834) omits its header.
    """

    from_name: str
    from_address: str
    message_domain: str
    return_domain: str
    reply_domain: str
    base_url: str
    list_label: str = ""
    list_name: str = ""
    list_domain: str = ""
    feedback_id: str = ""
    bulk: bool = True
    auto_submitted: str = ""
    keys: tuple[DkimKey, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalFacts:
    """Hold the facts of one message: ledger id, local part of its Message-ID, recipient, and field values."""

    message: int
    opaque: str
    address: str
    name: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FinishedMail:
    """Hold a message for one recipient: the envelope, and all octets with CRLF line ends; no line begins with a dot."""

    message: int
    return_path: str
    recipient: str
    body: bytes

    @property
    def needs_smtputf8(self) -> bool:
        """Say whether the relay must offer SMTPUTF8 (RFC 6531): only if a local part is not ASCII."""
        return not self.recipient.isascii()


class MessageRenderer:
    """Render one compiled template for many recipients. Safe to share between threads."""

    def __init__(
        self, compiled: CompiledTemplate, frame: SharedHeaders, *, link_ids: Sequence[int], signer: Signer
    ) -> None:
        if len(link_ids) != len(compiled.links):
            raise ValueError(f"the template has {len(compiled.links)} links, but {len(link_ids)} ids were given")
        self._compiled = compiled
        self._frame = frame
        clicks = tuple(TokenLink(TokenPurpose.CLICK, place) for place in range(len(compiled.links)))
        token_links = (*_ENVELOPE, TokenLink(TokenPurpose.WHY), TokenLink(TokenPurpose.PREFERENCES), *clicks)
        self._sign = signer.plan(
            [
                (token_link.purpose, link_ids[token_link.link] if token_link.purpose is TokenPurpose.CLICK else 0)
                for token_link in token_links
            ]
        )
        self._whole = _encode_parts(compiled, token_links=token_links, base_url=frame.base_url)
        self._without_promotion = (
            _encode_parts(compiled.without_promotion, token_links=token_links, base_url=frame.base_url)
            if compiled.without_promotion
            else self._whole
        )
        self._reply_domain = write_domain(frame.reply_domain)
        self._return_domain = write_domain(frame.return_domain)
        self._message_domain = write_domain(frame.message_domain)
        name = guard(frame.from_name, header="Reply-To", field="from_name")
        phrase = encode_phrase(name, used=10) if name.strip() else ""
        # The address has 43 characters and a domain, too long for the line of a name.
        self._reply_start = f"{phrase}\r\n " if phrase else ""
        shared = self._write_fixed()
        self._fixed = [*shared, ("Content-Type", _ALTERNATIVE)]
        self._fixed_mixed = [*shared, ("Content-Type", _MIXED)]
        self._fixed_block = write_block(self._fixed)
        self.fields = compiled.fields_used

    def render(
        self,
        personal: PersonalFacts,
        *,
        at: datetime,
        promotion: bool = False,
        attachments: Sequence[EncodedAttachment] = (),
    ) -> FinishedMail:
        """Render the message at the aware time `at`, with or without its promotion, with its attachments.

        Raises HeaderInjection if a value is not allowed in a header.
        """
        if at.tzinfo is None:
            raise ValueError("the time of a message needs a time zone")
        seconds = int(at.timestamp())
        tokens = self._sign(personal.message, seconds // 86400)
        recipient = write_address(personal.address, header="To", field="address")
        headers = self._write_personal(personal, tokens, recipient=recipient, seconds=seconds)
        text, html = self._whole if promotion else self._without_promotion
        body = [*text.render(personal.values, tokens), *html.render(personal.values, tokens), _CLOSE]
        fixed, fixed_block = self._fixed, self._fixed_block
        if attachments:
            body = attach([_MIXED_START, *body], attachments)
            fixed, fixed_block = self._fixed_mixed, write_block(self._fixed_mixed)
        block = write_block(headers) + fixed_block
        if self._frame.keys:
            body = [b"".join(body)]
            signable = [*headers, *fixed]
            canonical = body[0] if all(one.is_canonical for one in attachments) else relax_body(body[0])
            block = "".join([key.sign(signable, canonical, at=seconds) for key in self._frame.keys]) + block
        return FinishedMail(
            message=personal.message,
            return_path=f"r-{tokens[0]}@{self._return_domain}",
            recipient=recipient,
            body=b"".join((block.encode(), b"\r\n", *body)),
        )

    def _write_personal(
        self, personal: PersonalFacts, tokens: Sequence[str], *, recipient: str, seconds: int
    ) -> list[tuple[str, str]]:
        """Write the headers that differ from message to message."""
        name = guard(personal.name, header="To", field="name")
        opaque = personal.opaque
        if not _OPAQUE.fullmatch(opaque):
            raise HeaderInjection("header-with-odd-letters", header="Message-ID", field="opaque")
        headers = [
            ("Date", write_date(seconds)),
            ("To", encode_mailbox(name, recipient, used=4)),
            ("Reply-To", f"{self._reply_start}<p-{tokens[1]}@{self._reply_domain}>"),
            ("Subject", encode_text(self._write_subject(personal.values), used=9)),
            ("Message-ID", f"<{opaque}@{self._message_domain}>"),
        ]
        if self._frame.bulk:
            token = tokens[2]
            page, mail = (
                f"{self._frame.base_url}/u/{token}",
                f"mailto:u-{token}@{self._reply_domain}?subject=unsubscribe",
            )
            headers.append(("List-Unsubscribe", f"<{page}>,\r\n <{mail}>"))
        return headers

    def _write_subject(self, values: Mapping[str, object]) -> str:
        subject = self._compiled.subject
        text = subject.render(values, {})
        if has_break(text):
            culprit = next((name for name in sorted(subject.fields) if has_break(str(values.get(name)))), "subject")
            raise HeaderInjection("header-with-break", header="Subject", field=culprit)
        return text

    def _write_fixed(self) -> list[tuple[str, str]]:
        """Write the headers that all messages share."""
        frame = self._frame
        for field in ("from_name", "base_url", "list_label", "list_name", "feedback_id", "auto_submitted"):
            guard(getattr(frame, field), header=_HEADER_OF[field], field=field)
        sender = write_address(frame.from_address, header="From", field="from_address")
        fixed = [("From", encode_mailbox(frame.from_name, sender, used=6))]
        if frame.bulk:
            fixed += [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"), ("Precedence", "bulk")]
        if frame.list_domain:
            list_id = write_domain(f"{frame.list_label}.{frame.list_domain}")
            fixed.append(
                ("List-Id", encode_mailbox(frame.list_name, list_id, used=9) if frame.list_name else f"<{list_id}>")
            )
        if frame.feedback_id:
            fixed.append(("Feedback-ID", frame.feedback_id))
        if frame.auto_submitted:
            fixed.append(("Auto-Submitted", frame.auto_submitted))
        fixed.append(("MIME-Version", "1.0"))
        return fixed


def attach(parts: Sequence[bytes], attachments: Sequence[EncodedAttachment]) -> list[bytes]:
    """Return the body of a multipart/mixed: the parts (from their boundary on), then each attachment."""
    body = list(parts)
    for one in attachments:
        body += (b"\r\n", _MIXED_EDGE, one.octets)
    return [*body, b"\r\n", _MIXED_CLOSE]


def write_block(headers: Sequence[tuple[str, str]]) -> str:
    """Write headers as lines."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers])


def _encode_parts(
    parts: CompiledTemplate | TextWithoutPromotion, *, token_links: Sequence[TokenLink], base_url: str
) -> tuple[EncodedPart, EncodedPart]:
    return (
        encode_part(parts.text, subtype="plain", token_links=token_links, base_url=base_url),
        encode_part(parts.html, subtype="html", token_links=token_links, base_url=base_url),
    )


@lru_cache(maxsize=8)
def write_date(seconds: int) -> str:
    """Write a time in seconds since 1970 as the value of a Date header."""
    return format_datetime(datetime.fromtimestamp(seconds, tz=UTC))
