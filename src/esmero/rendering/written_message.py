"""Render a message whose text was written for it alone: notices, forwarded mail, answers in a thread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from esmero.rendering.message import FinishedMail, PersonalFacts, SharedHeaders, attach, write_block, write_date
from esmero.rendering.mime.attachment import EncodedAttachment
from esmero.rendering.mime.dkim import relax_body
from esmero.rendering.mime.encoding import quote_chunk
from esmero.rendering.mime.headers import (
    HeaderInjection,
    encode_mailbox,
    encode_text,
    guard,
    write_address,
    write_domain,
)
from esmero.rendering.mime.part import MIXED_BOUNDARY
from esmero.rendering.tokens import Signer, TokenPurpose

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")  # one word without angle brackets inside (RFC 5322, section 3.6.4)
_MOST_REFERENCES = 20
_TEXT_HEAD = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
_EDGE = f"--{MIXED_BOUNDARY}\r\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenContent:
    """Hold a written text with its headers, as outbox/posting/content.py defines them; `to` if a copy goes to another.

    Message-IDs that are none are left out: they come from mail of others.
    """

    subject: str
    text: str
    to: str
    cc: tuple[str, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: tuple[str, str] | None = None
    sender_name: str = ""


class WrittenRenderer:
    """Render written texts of one brand. Safe to share between threads."""

    def __init__(self, frame: SharedHeaders, *, signer: Signer) -> None:
        self._frame = frame
        self._sign = signer.plan([(TokenPurpose.RETURN, 0), (TokenPurpose.REPLY, 0)])
        self._sender = write_address(frame.from_address, header="From", field="from_address")
        self._return_domain = write_domain(frame.return_domain)
        self._reply_domain = write_domain(frame.reply_domain)
        self._message_domain = write_domain(frame.message_domain)

    def render(
        self,
        personal: PersonalFacts,
        content: WrittenContent,
        *,
        at: datetime,
        attachments: Sequence[EncodedAttachment] = (),
    ) -> FinishedMail:
        """Render the message at the aware time `at`.

        Raises HeaderInjection if an address is none.
        """
        seconds = int(at.timestamp())
        return_token, reply_token = self._sign(personal.message, seconds // 86400)
        recipient = write_address(personal.address, header="To", field="address")
        headers = self._write_headers(personal, content, reply_token=reply_token, seconds=seconds)
        text = "\n".join(content.text.replace("\0", " ").replace("\r\n", "\n").strip().split("\n")) + "\n"
        written = quote_chunk(text).removesuffix(b"=\r\n")
        if attachments:
            body = b"".join(attach([_EDGE, _TEXT_HEAD, written], attachments))
            headers.append(("Content-Type", f'multipart/mixed;\r\n boundary="{MIXED_BOUNDARY}"'))
        else:
            body = written
            headers.append(("Content-Type", "text/plain; charset=utf-8"))
            headers.append(("Content-Transfer-Encoding", "quoted-printable"))
        block = write_block(headers)
        if self._frame.keys:
            canonical = body if all(one.is_canonical for one in attachments) else relax_body(body)
            block = "".join([key.sign(headers, canonical, at=seconds) for key in self._frame.keys]) + block
        return FinishedMail(
            message=personal.message,
            return_path=f"r-{return_token}@{self._return_domain}",
            recipient=recipient,
            body=block.encode() + b"\r\n" + body,
        )

    def _write_headers(
        self, personal: PersonalFacts, content: WrittenContent, *, reply_token: str, seconds: int
    ) -> list[tuple[str, str]]:
        frame = self._frame
        name = _one_line(content.sender_name or frame.from_name)
        to = write_address(content.to, header="To", field="to")
        headers = [
            ("Date", write_date(seconds)),
            ("From", encode_mailbox(name, self._sender, used=6)),
            ("To", encode_mailbox(_one_line(personal.name), to, used=4)),
            ("Reply-To", self._write_reply_to(content, name=name, token=reply_token)),
            ("Subject", encode_text(_one_line(content.subject), used=9)),
            ("Message-ID", f"<{personal.opaque}@{self._message_domain}>"),
        ]
        if content.cc:
            copies = [write_address(one, header="Cc", field="cc") for one in content.cc]
            headers.append(("Cc", ",\r\n ".join(copies)))
        references = [one for one in content.references if _MESSAGE_ID.fullmatch(one)][-_MOST_REFERENCES:]
        if _MESSAGE_ID.fullmatch(content.in_reply_to):
            headers.append(("In-Reply-To", content.in_reply_to))
            if content.in_reply_to not in references:
                references.append(content.in_reply_to)
        if references:
            headers.append(("References", "\r\n ".join(references)))
        if frame.auto_submitted:
            auto = guard(frame.auto_submitted, header="Auto-Submitted", field="auto_submitted")
            headers.append(("Auto-Submitted", auto))
        headers.append(("MIME-Version", "1.0"))
        return headers

    def _write_reply_to(self, content: WrittenContent, *, name: str, token: str) -> str:
        if content.reply_to is not None:
            theirs, address = content.reply_to
            try:
                return encode_mailbox(
                    _one_line(theirs), write_address(address, header="Reply-To", field="reply_to"), used=10
                )
            except HeaderInjection:
                pass  # it comes from a mail of others; then the answer comes to us
        return encode_mailbox(name, f"p-{token}@{self._reply_domain}", used=10)


def _one_line(text: str) -> str:
    """Return text that is safe in a header: breaks and NULs become blanks, at most 200 characters."""
    return " ".join(text.replace("\0", " ").split())[:200]
