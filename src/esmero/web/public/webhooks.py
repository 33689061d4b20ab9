"""Receive signed event webhooks of providers by POST; answer after they are stored."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from esmero.mailroom.arriving.channels.webhooks import SignatureRefused, UnknownProvider, UnreadableEvent, take_events


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """Accept a provider's events; a status other than 2xx makes the provider repeat them.

    HEAD is answered because some providers check the URL with it.
    """
    if request.method == "HEAD":
        return HttpResponse()
    try:
        take_events(provider, request=request)
    except UnknownProvider as fault:
        raise Http404 from fault
    except SignatureRefused:
        if provider == "ses" and "Authorization" not in request.headers:
            # Amazon sends name and password only after this challenge.
            return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="hooks"'})
        return HttpResponse("The signature is not right.\n", status=403, content_type="text/plain")
    except UnreadableEvent:
        return HttpResponse("No event could be read.\n", status=400, content_type="text/plain")
    return HttpResponse("Kept.\n", content_type="text/plain")
