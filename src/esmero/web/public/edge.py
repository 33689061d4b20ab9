"""Answer clicks and one-click unsubscriptions (RFC 8058) before Django; pass all other requests on.

GET and HEAD change nothing, because mail gateways fetch every link of a mail before a person does.
"""

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from django.db import close_old_connections
from django.utils import timezone
from django.utils.encoding import iri_to_uri

from esmero.content.models import Link
from esmero.house.sign_in.client_address import find_client
from esmero.mailroom.arriving.clicks import find_sign, spool_click
from esmero.mailroom.arriving.machine_clicks import hash_network
from esmero.mailroom.arriving.unsubscription import unsubscribe_by_message
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Message
from esmero.rendering.tokens import Signer, Token, TokenPurpose, TokenRefused

log = logging.getLogger(__name__)

type Environ = dict[str, Any]
type Start = Callable[..., Any]
type Application = Callable[[Environ, Start], Iterable[bytes]]

ONE_CLICK = ("List-Unsubscribe", "One-Click")
MAX_FORM_OCTETS = 16_384
MAX_CACHED_TARGETS = 4_096

_PATH = re.compile(r"/([cu])/([A-Za-z2-7]{40})/?")
_TARGET = re.compile(r"https?://[^\s\0]+", re.IGNORECASE)


class Edge:
    """Wrap Django's WSGI application."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner
        self._targets: OrderedDict[int, str] = OrderedDict()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        found = _PATH.fullmatch(environ.get("PATH_INFO", ""))
        method = environ.get("REQUEST_METHOD", "")
        answer = None
        if found and found[1] == "c" and method in ("GET", "HEAD"):
            answer = self._click(found[2], environ, start)
        elif found and found[1] == "u" and method == "POST" and _is_one_click(environ):
            answer = self._leave(found[2], start)
        return self._inner(environ, start) if answer is None else answer

    def _click(self, text: str, environ: Environ, start: Start) -> Iterable[bytes] | None:
        """Redirect to the link's target after the click is in the spool; None if there is no such link."""
        token = _read(text, TokenPurpose.CLICK)
        target = self._find_target(token.link) if token else ""
        if token is None or not target:
            return None
        sign = find_sign(
            method=environ["REQUEST_METHOD"],
            agent=environ.get("HTTP_USER_AGENT", ""),
            purpose=environ.get("HTTP_SEC_PURPOSE", "") or environ.get("HTTP_PURPOSE", ""),
        )
        try:
            network = hash_network(find_client(environ), at=timezone.now())
            spool_click(token.message, link=token.link, nanoseconds=time.time_ns(), sign=sign, network=network)
        except OSError:  # a full disk loses the count, but the reader still reaches the page
            log.exception("a click could not be kept")
        headers = [
            ("Location", target),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Robots-Tag", "noindex, nofollow"),
            ("Content-Length", "0"),
        ]
        start("302 Found", headers)
        return [b""]

    def _find_target(self, link: int) -> str:
        """Return the registered URL of a link.

        A token only names the link's row, so it cannot be abused to redirect elsewhere.
        """
        known = self._targets.get(link)
        if known is not None:
            return known
        # This code runs outside Django's request cycle, which would otherwise replace a stale connection.
        close_old_connections()
        url = Link.objects.filter(pk=link).values_list("url", flat=True).first() or ""
        target = iri_to_uri(url) if _TARGET.fullmatch(url) else ""
        if target:  # misses are not cached, because the link may be created later
            self._targets[link] = target
            if len(self._targets) > MAX_CACHED_TARGETS:
                self._targets.popitem(last=False)
        return target

    def _leave(self, text: str, start: Start) -> Iterable[bytes] | None:
        """Withdraw the permission, commit, then answer 200 without redirect or cookie; None for a foreign token."""
        token = _read(text, TokenPurpose.UNSUBSCRIBE)
        if token is None:
            return None
        close_old_connections()
        try:
            message = Message.objects.filter(pk=token.message).first()
            if message is None:
                return None
            unsubscribe_by_message(message, at=timezone.now(), source="one-click")
        except Exception:
            # 503, so that the mail program retries instead of reporting success.
            log.exception("an unsubscription with one click could not be kept")
            return _respond(start, "503 Service Unavailable", "Not kept. Please try again.\n", ("Retry-After", "60"))
        return _respond(start, "200 OK", "You are unsubscribed.\n")


def _respond(start: Start, status: str, words: str, *more: tuple[str, str]) -> Iterable[bytes]:
    body = words.encode("ascii")
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start(status, [*headers, ("Cache-Control", "no-store"), *more])
    return [body]


@lru_cache(maxsize=1)
def _signer() -> Signer:
    return open_signer()


def _read(text: str, purpose: TokenPurpose) -> Token | None:
    try:
        # Some gateways change the case of a path; base32 does not depend on it.
        return _signer().read(text.lower(), purpose=purpose, today=day_of(timezone.now()))
    except TokenRefused:
        return None


def _is_one_click(environ: Environ) -> bool:
    """Tell whether a POST has the key/value pair of RFC 8058, section 3.1; the body stays readable."""
    body = _take_body(environ)
    kind = environ.get("CONTENT_TYPE", "")
    if kind.lower().startswith("multipart/form-data"):
        return ONE_CLICK in _read_multipart(body, kind=kind).items()
    try:
        form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return False
    return ONE_CLICK[1] in form.get(ONE_CLICK[0], [])


def _take_body(environ: Environ) -> bytes:
    """Read a small body and put it back; a large one, or one of unknown length, is left unread."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return b""
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    # A chunked body has no declared length; the limit itself bounds the read.
    if chunked and not length:
        length = MAX_FORM_OCTETS
    if not 0 < length <= MAX_FORM_OCTETS:
        return b""
    body: bytes = environ["wsgi.input"].read(length)
    if chunked:
        # Django reads CONTENT_LENGTH octets, so a body put back without it would be lost.
        environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _read_multipart(body: bytes, *, kind: str) -> Mapping[str, str]:
    """Parse the text fields of a multipart/form-data body (RFC 7578)."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    found: dict[str, str] = {}
    for part in form.iter_parts() if form.is_multipart() else ():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content.decode("utf-8", "replace").strip()
    return found
