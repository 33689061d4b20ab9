"""Render console pages in their frame: menu with counts, current brand, signed-in user."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from esmero.house.models import Brand
from esmero.web.console.access import NoBrand, staff
from esmero.web.console.keyboard_shortcuts import EVERYWHERE, LISTS
from esmero.web.console.menu import build_menu, count_places, list_places


def read_brand(request: HttpRequest) -> Brand | None:
    """Return the brand chosen in the menu, else the first one; None if there is no brand."""
    brands = _brands(request)
    chosen = request.session.get("brand")
    return next((brand for brand in brands if brand.slug == chosen), brands[0] if brands else None)


def take_brand(request: HttpRequest) -> Brand:
    """Return the brand chosen in the menu, else the first one; raise NoBrand if there is none."""
    brand = read_brand(request)
    if brand is None:
        raise NoBrand
    return brand


def show(
    request: HttpRequest, template: str, /, *, subject: str, menu_counts: Any = None, **context: Any
) -> HttpResponse:
    """Render a whole console page; `subject` is its menu entry, `menu_counts` those it knows, {subject: text}."""
    brand = read_brand(request)
    user, demo, known = staff(request), settings.ESMERO.demo, menu_counts or {}
    places = list_places(user, demo=demo)
    uncounted = [place for place in places if place.subject not in known]
    frame = {
        "subject": subject,
        "brand": brand,
        "brands": _brands(request),
        "menu": build_menu(
            user,
            subject=subject,
            counts={**count_places(uncounted, brand=brand), **known} if brand else {},
            demo=demo,
        ),
        "places": places,
        "keys_everywhere": EVERYWHERE,
        "keys_lists": LISTS,
        "languages": settings.LANGUAGES,
    }
    return render(request, template, {**frame, **context})


def show_part(request: HttpRequest, template: str, /, **context: Any) -> HttpResponse:
    """Render a fragment for htmx; `template` names a partial, as in "console/messages/campaign.html#live"."""
    return render(request, template, {"brand": read_brand(request), **context})


def wants_part(request: HttpRequest) -> bool:
    """Tell whether htmx requests a fragment."""
    return request.headers.get("HX-Request") == "true"


def _brands(request: HttpRequest) -> list[Brand]:
    """Read the brands once per request."""
    brands: list[Brand] | None = getattr(request, "_esmero_brands", None)
    if brands is None:
        brands = list(Brand.objects.order_by("id"))
        request._esmero_brands = brands  # type: ignore[attr-defined]  # noqa: SLF001 - request cache
    return brands
