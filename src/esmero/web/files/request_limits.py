"""Refuse a request that is too large before its body is read, and compress only responses that are whole texts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render

from esmero.house.models import User
from esmero.house.upload_limits import MAX_ANONYMOUS, MAX_REQUEST
from esmero.vault.uploads import UploadRefused
from esmero.web.refusals.say import say


class UploadLimitMiddleware:
    """Answer 413 to a form with files larger than any page takes.

    Django writes the files of a form to the disk before a view looks at them, of any size and from anybody. Pages for
    the public take no files.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        size = request.META.get("CONTENT_LENGTH") or "0"
        size = int(size) if str(size).isdecimal() else 0
        # The session is read only for what nobody may send without one.
        if size > MAX_ANONYMOUS and request.content_type == "multipart/form-data":
            most = MAX_REQUEST if isinstance(request.user, User) else MAX_ANONYMOUS
            if size > most:
                refusal = UploadRefused("upload-too-large", most=most, kind="")
                return render(request, "refusal.html", {"words": say(refusal)}, status=413)
        return self._answer(request)


class CompressionMiddleware(GZipMiddleware):
    """Compress responses, files of the vault excepted: a range counts octets of the file, and pictures are packed."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, compressed if the browser accepts that."""
        if response.has_header("Accept-Ranges"):
            return response
        return super().process_response(request, response)
