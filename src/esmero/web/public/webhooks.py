"""Where providers tell what became of mail that went through them: POST, signed, answered when it is kept."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from esmero.mailroom.arriving.channels.webhooks import SignatureRefused, UnknownProvider, UnreadableEvent, take_events


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's events; anything but 2xx makes it send them again. HEAD is how some look whether we are there."""
    if request.method == "HEAD":
        return HttpResponse()
    try:
        take_events(provider, request=request)
    except UnknownProvider as fault:
        raise Http404 from fault
    except SignatureRefused:
        if provider == "ses" and "Authorization" not in request.headers:
            # Amazon shows name and password only where it is asked for them.
            return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="hooks"'})
        return HttpResponse("The signature is not right.\n", status=403, content_type="text/plain")
    except UnreadableEvent:
        return HttpResponse("No event could be read.\n", status=400, content_type="text/plain")
    return HttpResponse("Kept.\n", content_type="text/plain")
