"""Serve pictures of mails under a URL made from their hash, so that caches may keep them for ever."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from esmero.content.media import ENDINGS, PUBLIC
from esmero.vault.files import path_of
from esmero.vault.models import StoredFile

_YEAR = 365 * 24 * 3600


@require_safe
def picture(request: HttpRequest, digest: str, ending: str) -> HttpResponse:
    """Return the bytes of a picture, also an archived or replaced one, because older mails still show it."""
    found = StoredFile.objects.filter(sha256=digest, kind__in=PUBLIC).first()
    if found is None or ENDINGS.get(found.media_type) != ending:
        raise Http404
    headers = {
        "Cache-Control": f"public, max-age={_YEAR}, immutable",
        "ETag": f'"{digest}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Robots-Tag": "noindex",
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(path_of(digest).read_bytes(), content_type=found.media_type, headers=headers)
