"""Where one can go and what one can begin in the console: the literal tables behind the menu, the keys and the search."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.house.models import User
from esmero.house.roles import may


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page of the menu.

    `subject` is what its views give to `show`, `letter` follows "g" on the keyboard, `under` names the subject that it
    belongs to, `icon` puts it into the bar at the foot of a phone with `short` for its name, `apart` begins a new group,
    `demo` keeps it out of a real house.
    """

    subject: str
    address: str
    words: str | Promise
    letter: str
    under: str = ""
    permission: str = "house.read"
    icon: str = ""
    short: str | Promise = ""
    apart: bool = False
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something to begin, by whoever has the permission."""

    address: str
    words: str | Promise
    permission: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place as the menu draws it; `count` is said behind its name, `inside` are the places below it while it is open."""

    place: Place
    url: str
    current: bool
    count: str
    inside: tuple["Entry", ...] = ()


PLACES: tuple[Place, ...] = (
    Place(subject="today", address="today", words=_("Today"), letter="t", icon="sun"),
    Place(subject="people", address="people", words=_("People"), letter="p", icon="users"),
    Place(subject="segments", address="segments", words=_("Segments"), letter="s", under="people"),
    Place(subject="imports", address="imports", words=_("Imports"), letter="i", under="people"),
    Place(subject="forms", address="forms", words=_("Forms"), letter="f", under="people"),
    Place(subject="data-requests", address="data-requests", words=_("Data requests"), letter="d", under="people"),
    Place(subject="campaigns", address="campaigns", words=_("Messages"), letter="m", icon="send"),
    Place(subject="templates", address="templates", words=_("Templates"), letter="l", under="campaigns"),
    Place(
        subject="conversations",
        address="conversations",
        words=_("Conversations"),
        letter="c",
        icon="message-square",
        short=_("Replies"),
    ),
    Place(subject="catcher", address="catcher", words=_("Mail catcher"), letter="k", apart=True, demo=True),
    Place(subject="work", address="work", words=_("Work"), letter="w", icon="list-checks", apart=True),
    Place(subject="settings", address="settings", words=_("Settings"), letter="e", apart=True),
)

ACTS: tuple[Act, ...] = (
    Act(address="campaign-new", words=_("New message"), permission="campaigns.write"),
    Act(address="import-new", words=_("Import a list"), permission="people.import"),
    Act(address="segment-new", words=_("New segment"), permission="campaigns.write"),
    Act(address="template-new", words=_("New template"), permission="campaigns.write"),
)


def list_places(user: User, *, demo: bool) -> list[Place]:
    """Return the places that are open to somebody, in the order of the menu."""
    return [place for place in PLACES if may(user, place.permission) and (demo or not place.demo)]


def list_acts(user: User) -> list[Act]:
    """Return what somebody may begin."""
    return [act for act in ACTS if may(user, act.permission)]


def lay_menu(user: User, *, subject: str, counts: Mapping[str, str], demo: bool) -> list[list[Entry]]:
    """Return the menu in its groups; the places below a subject stand there while one is within it."""
    places = list_places(user, demo=demo)
    above = next((place.under for place in places if place.subject == subject), "") or subject
    groups: list[list[Entry]] = [[]]

    def enter(place: Place, inside: tuple[Entry, ...] = ()) -> Entry:
        return Entry(
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
