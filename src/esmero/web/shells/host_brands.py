"""Find the brand in whose name a public page speaks before anybody is known, by the host that was requested."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from esmero.house.models import Brand


def find_brand(request: HttpRequest) -> Brand | None:
    """Return the only brand with the requested public host; this is public, so it needs no valid token."""
    host = request.get_host().partition(":")[0].lower()
    found = [brand for brand in Brand.objects.all() if urlsplit(brand.public_url).hostname == host]
    # Several brands may share a host; then none of them may speak for it.
    return found[0] if len(found) == 1 else None


def find_brand_of_area(request: HttpRequest) -> Brand | None:
    """Return the brand of the host, else the only one of the house: the area's host is the house's, not a brand's."""
    found = find_brand(request)
    if found is None:
        few = list(Brand.objects.order_by("id")[:2])
        found = few[0] if len(few) == 1 else None
    return found


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404 in the name of the brand whose host was requested."""
    return render(request, "404.html", {"brand": find_brand(request)}, status=404)
