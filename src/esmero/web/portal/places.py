"""Name the places of the customer area; its frame shows them once there are two."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.web.parts.tags.cards import PageTab


@dataclass(frozen=True, slots=True)
class AreaPlace:
    """Describe a page of the customer area by its route and words."""

    route: str
    words: str | Promise


PLACES: tuple[AreaPlace, ...] = (AreaPlace("area", _("Your account")),)


def list_area_tabs(request: HttpRequest) -> list[PageTab]:
    """Return the places for a customer who is signed in; none while there is one alone."""
    if len(PLACES) < 2 or not request.user.is_authenticated:
        return []
    return [
        PageTab(url=(url := reverse(place.route)), words=place.words, current=request.path.startswith(url))
        for place in PLACES
    ]
