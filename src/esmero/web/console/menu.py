"""Build the menu from the places and start actions of the areas (console/areas.py), for one user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from esmero.house.models import Brand, User
from esmero.house.roles import may
from esmero.web.console.area import MenuPlace, StartAction
from esmero.web.console.areas import collect_contributions
from esmero.web.parts.tags.attributes import flat_attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """Describe a page as rendered in the menu.

    `count` follows its name; `inside` are its subpages while it is open.
    """

    place: MenuPlace
    url: str
    current: bool
    count: str
    inside: tuple["MenuEntry", ...] = ()

    @property
    def marks(self) -> SafeString:
        """Return the attributes that mark the open page, and the page above it."""
        return flat_attributes({"aria_current": "page" if self.current else "", "data_within": self._within})

    @property
    def foot_marks(self) -> SafeString:
        """Return these attributes for the bottom bar, which shows no subpages."""
        return flat_attributes({"aria_current": "page" if self.current else "true" if self._within else ""})

    @property
    def _within(self) -> bool:
        return bool(self.inside) and not self.current


def list_places(user: User, *, demo: bool) -> list[MenuPlace]:
    """Return the pages open to a user, in menu order."""
    places = collect_contributions().places
    return [place for place in places if may(user, place.permission) and (demo or not place.demo)]


def list_actions(user: User) -> list[StartAction]:
    """Return the actions that a user may start."""
    return [act for act in collect_contributions().starts if may(user, act.permission)]


def build_menu(user: User, *, subject: str, counts: Mapping[str, str], demo: bool) -> list[list[MenuEntry]]:
    """Return the menu in groups; subpages are included while their subject is open."""
    places = list_places(user, demo=demo)
    above = next((place.under for place in places if place.subject == subject), "") or subject
    groups: list[list[MenuEntry]] = [[]]

    def enter(place: MenuPlace, inside: tuple[MenuEntry, ...] = ()) -> MenuEntry:
        return MenuEntry(
            place=place,
            url=reverse(f"console:{place.address}"),
            current=place.subject == subject,
            count=counts.get(place.subject, ""),
            inside=inside,
        )

    for place in places:
        if place.under:
            continue
        if place.apart and not (groups[-1] and groups[-1][-1].place.apart):
            groups.append([])
        inside = [one for one in places if one.under == place.subject] if above == place.subject else []
        groups[-1].append(enter(place, tuple(enter(one) for one in inside)))
    return groups


def count_places(places: Sequence[MenuPlace], *, brand: Brand) -> dict[str, str]:
    """Return the texts after the names of menu pages, by subject."""
    return {place.subject: place.count(brand) for place in places if place.count}
