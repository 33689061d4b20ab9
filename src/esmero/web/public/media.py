"""Serve pictures of mails under a URL made from their hash, so that caches may keep them for ever."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from esmero.content.media import PUBLIC
from esmero.refusal import Refusal
from esmero.vault.models import StoredFile
from esmero.vault.pictures import ENDINGS
from esmero.web.files.serving import serve_public


@require_safe
def picture(request: HttpRequest, digest: str, ending: str) -> HttpResponseBase:
    """Return a picture, also an archived or replaced one, because older mails still show it."""
    found = StoredFile.objects.filter(sha256=digest, kind__in=PUBLIC).first()
    if found is None or ENDINGS.get(found.media_type) != ending:
        raise Http404
    try:
        return serve_public(request, found)
    except Refusal as lost:  # its facts are for staff alone
        raise Http404 from lost
