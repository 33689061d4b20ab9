"""Serve a file: one of the vault, or one made for the request. All responses with a file are made here.

A file is never executed in our origin: it is a download with an opaque type, or of a type that runs nothing, and always
sandboxed (CSP), without sniffing of its type. It is stored by no cache, public pictures excepted.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from esmero.house.rights import Right
from esmero.house.roles import may
from esmero.refusal import NotThere, Refusal
from esmero.vault.file_names import clean_name
from esmero.vault.file_types import RASTER, SVG, UNKNOWN
from esmero.vault.files import path_of
from esmero.vault.models import StoredFile
from esmero.web.files.ranges import ByteRange, read_range

# Types named in a response. A browser runs no script of any of them: drawings only within the sandbox, and PDF in a
# viewer of its own. All others, HTML and XML first, are sent as octets.
INERT = frozenset(
    {"application/json", "application/pdf", "application/zip", "text/csv", "text/csv; charset=utf-8", SVG, *RASTER}
)
SHOWN = RASTER | {SVG}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_YEAR = 365 * 24 * 3600
_PIECE = 65_536


def serve_stored(
    request: HttpRequest, stored: StoredFile, *, permission: Right, name: str = "", shown: bool = False
) -> HttpResponseBase:
    """Serve a file of the vault as a download to staff with this permission; `shown`: in a page, if it is a picture.

    Raises:
        PermissionDenied: the user's role lacks the permission.
        NotThere: its bytes went at the end of their term, or are lost.
        Refusal: they changed on the disk.

    """
    if not may(request.user, permission):
        raise PermissionDenied
    return _serve(request, stored, name=name or stored.name, shown=shown, caching="private, no-store")


def serve_public(request: HttpRequest, stored: StoredFile) -> HttpResponseBase:
    """Serve a picture that everybody may see under the address of its hash, which caches keep for ever. Raises so, too.

    Other sites may show it: mail programs in a browser do.
    """
    response = _serve(request, stored, name=stored.name, shown=True, caching=f"public, max-age={_YEAR}, immutable")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def serve_made(content: bytes | str, *, name: str, media_type: str, shown: bool = False) -> HttpResponse:
    """Serve content made for this request as a download, `shown` in a page; the view holds the rights."""
    response = HttpResponse(content)
    _describe(response, name=name, media_type=media_type, shown=shown, caching="private, no-store")
    return response


def serve_pieces(pieces: Iterable[bytes | str], *, name: str, media_type: str) -> StreamingHttpResponse:
    """Serve content made piece by piece, as `serve_made` does."""
    response = StreamingHttpResponse(pieces)
    _describe(response, name=name, media_type=media_type, shown=False, caching="private, no-store")
    return response


def _serve(request: HttpRequest, stored: StoredFile, *, name: str, shown: bool, caching: str) -> HttpResponseBase:
    path, etag = path_of(stored.sha256), f'"{stored.sha256}"'
    response: HttpResponseBase
    if _is_known(request.headers.get("If-None-Match", ""), etag=etag):
        response = HttpResponse(status=304)
    else:
        size = _verify(stored, path)
        part = _read_part(request, etag=etag, size=size)
        if part is not None and part.length == 0:
            response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        else:
            response = _send(path, part, size=size)
    _describe(response, name=name, media_type=stored.media_type, shown=shown, caching=caching)
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _is_known(header: str, *, etag: str) -> bool:
    """Compare weakly, as If-None-Match is (RFC 9110, section 13.1.2)."""
    known = {one.removeprefix("W/") for one in parse_etags(header)}
    return "*" in known or etag in known


def _verify(stored: StoredFile, path: Path) -> int:
    """Return the size of the bytes if they are those that were stored."""
    if stored.dropped_at is not None:
        raise NotThere("file-term-over", name=stored.name, at=stored.dropped_at)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as lost:
        raise NotThere("file-lost", name=stored.name, file=str(path)) from lost
    if digest != stored.sha256:
        raise Refusal("file-changed-on-disk", name=stored.name, file=str(path))
    return size


def _read_part(request: HttpRequest, *, etag: str, size: int) -> ByteRange | None:
    header = request.headers.get("Range", "")
    # Range is defined for GET alone (14.2); If-Range compares strongly, and we give no dates (13.1.5).
    if not header or request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    return read_range(header, size=size)


def _send(path: Path, part: ByteRange | None, *, size: int) -> StreamingHttpResponse:
    start, length = (part.start, part.length) if part else (0, size)
    response = StreamingHttpResponse(_read(path, start=start, length=length), status=206 if part else 200)
    response.headers["Content-Length"] = str(length)
    if part:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    return response


def _read(path: Path, *, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(_PIECE, length))):
            length -= len(piece)
            yield piece


def _describe(response: HttpResponseBase, *, name: str, media_type: str, shown: bool, caching: str) -> None:
    inline = shown and media_type in SHOWN
    headers = {
        "Content-Type": media_type if media_type in INERT else UNKNOWN,
        "Content-Disposition": content_disposition_header(as_attachment=not inline, filename=clean_name(name))
        or "attachment",
        "Cache-Control": caching,
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if response.status_code == 304:  # it repeats only what a cache needs (RFC 9110, section 15.4.5)
        del headers["Content-Disposition"]
    for header, value in headers.items():
        response.headers[header] = value
