"""Encode a parcel for SMTP: its envelope commands, and its body so that nothing can end it early."""

import re
from dataclasses import dataclass
from io import IncrementalNewlineDecoder

from esmero.outbox.transports.parcels import Parcel
from esmero.outbox.transports.smtp.capabilities import Capabilities

PATH_LIMIT = 254
"""Octets of an address: RFC 5321 4.5.3.1.3 allows 256 with its angle brackets."""

_ADDRESS = re.compile(
    r"""(?: [^\x00-\x20\x7f<>"\\@]+ | "(?:[^\x00-\x1f\x7f"\\]|\\[\x20-\x7e])*" ) @ [^\x00-\x20\x7f<>"\\@]+""",
    re.VERBOSE,
)
_LEADING_DOT = re.compile(rb"\r\n\.")


class UnsendableError(Exception):
    """Report that this relay can never send this parcel; with the reason, and its status by RFC 3463."""

    def __init__(self, text: str, *, enhanced: str) -> None:
        super().__init__(text)
        self.text = text
        self.enhanced = enhanced


@dataclass(frozen=True, slots=True)
class Envelope:
    """Hold the commands MAIL and RCPT, each with its CRLF."""

    mail: bytes
    rcpt: bytes


def write_envelope(parcel: Parcel, capabilities: Capabilities, *, dsn: bool = False) -> Envelope:
    """Write MAIL and RCPT with the parameters that the relay offers and this parcel needs.

    Raises UnsendableError if an address or the body is invalid, or if the relay lacks a needed extension.
    """
    sender = _encode_address(parcel.return_path, parcel, what="return path") if parcel.return_path else b""
    recipient = _encode_address(parcel.recipient, parcel, what="recipient")
    _check_line_ends(parcel.body)
    size = len(parcel.body)
    if capabilities.size_limit and size > capabilities.size_limit:
        raise UnsendableError(
            f"The message has {size} octets, the relay takes {capabilities.size_limit}: make it smaller,"
            " with links for attachments, or let the relay's limit be raised",
            enhanced="5.3.4",
        )
    mail = b"MAIL FROM:<" + sender + b">"
    if capabilities.size:
        mail += b" SIZE=%d" % size
    if parcel.smtputf8:
        if not capabilities.smtputf8:
            raise UnsendableError(
                "The address needs SMTPUTF8 (letters beyond ASCII before the @), which the relay does not offer:"
                " use a relay that offers it, or ask for another address",
                enhanced="5.6.7",
            )
        mail += b" SMTPUTF8"
    if not parcel.body.isascii() or parcel.smtputf8:
        if not capabilities.eight_bit:
            raise UnsendableError(
                "The message has octets beyond ASCII and the relay does not offer 8BITMIME:"
                " encode the body as quoted-printable or base64",
                enhanced="5.6.3",
            )
        mail += b" BODY=8BITMIME"
    rcpt = b"RCPT TO:<" + recipient + b">"
    if dsn and capabilities.dsn:
        mail += b" RET=HDRS ENVID=%d" % parcel.key
        rcpt += b" NOTIFY=FAILURE,DELAY"
        if recipient.isascii():
            rcpt += b" ORCPT=rfc822;" + _encode_xtext(recipient)
    return Envelope(mail + b"\r\n", rcpt + b"\r\n")


def stuff_dots(body: bytes) -> bytes:
    """Return the body for DATA with dots stuffed and the terminating dot (RFC 5321 4.5.2)."""
    if _LEADING_DOT.search(body):
        body = body.replace(b"\r\n.", b"\r\n..")
    return b"".join((b"." if body.startswith(b".") else b"", end_line(body), b".\r\n"))


def end_line(body: bytes) -> bytes:
    """Return the body with its last line ended."""
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _encode_address(address: str, parcel: Parcel, *, what: str) -> bytes:
    if not _ADDRESS.fullmatch(address):
        raise UnsendableError(f"The {what} {address[:80]!r} is not an address: correct it", enhanced="5.1.3")
    octets = address.encode("utf-8", "surrogatepass")
    if len(octets) > PATH_LIMIT:
        raise UnsendableError(f"The {what} has {len(octets)} octets, {PATH_LIMIT} are allowed", enhanced="5.1.3")
    if not octets.isascii() and not parcel.smtputf8:
        raise UnsendableError(
            f"The {what} {address[:80]!r} has letters beyond ASCII: write its domain in ASCII (xn--…), and send with"
            " SMTPUTF8 if the part before the @ needs it",
            enhanced="5.6.7",
        )
    return octets


def _check_line_ends(body: bytes) -> None:
    # The decoder collects the kinds of line ends in one pass in C, in half the time of counting each
    seen = IncrementalNewlineDecoder(None, translate=False)
    seen.decode(body.decode("latin-1"), final=True)
    if seen.newlines not in {"\r\n", None}:
        raise UnsendableError(
            "The message has a bare CR or LF, by which a relay could take one message for two: end its lines with CRLF",
            enhanced="5.6.0",
        )


def _encode_xtext(octets: bytes) -> bytes:
    """Encode by RFC 3461 section 4."""
    return b"".join(b"+%02X" % octet if octet in b"+=" or not 33 <= octet <= 126 else b"%c" % octet for octet in octets)
