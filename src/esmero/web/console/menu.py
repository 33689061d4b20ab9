"""Define the pages of the menu and the start actions: tables for menu, keyboard and search."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.house.models import User
from esmero.house.rights import Right
from esmero.house.roles import may


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPlace:
    """Describe a page of the menu.

    `subject` is the value that its views pass to `show`, `letter` follows "g" on the keyboard, `under` names the
    parent subject, `icon` shows it in the bottom bar of a phone with `short` as its name, `apart` starts a new group,
    `demo` limits it to demo installations.
    """

    subject: str
    address: str
    words: str | Promise
    letter: str
    under: str = ""
    permission: Right = "house.read"
    icon: str = ""
    short: str | Promise = ""
    apart: bool = False
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAction:
    """Describe an action to start, limited to users with the permission."""

    address: str
    words: str | Promise
    permission: Right


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


PLACES: tuple[MenuPlace, ...] = (
    MenuPlace(subject="today", address="today", words=_("Today"), letter="t", icon="sun"),
    MenuPlace(subject="people", address="people", words=_("People"), letter="p", icon="users"),
    MenuPlace(subject="segments", address="segments", words=_("Segments"), letter="s", under="people"),
    MenuPlace(subject="organisations", address="organisations", words=_("Organisations"), letter="o", under="people"),
    MenuPlace(subject="permissions", address="permissions", words=_("Permissions"), letter="h", under="people"),
    MenuPlace(subject="duplicates", address="duplicates", words=_("Duplicates"), letter="d", under="people"),
    MenuPlace(subject="forms", address="forms", words=_("Forms"), letter="f", under="people"),
    MenuPlace(subject="imports", address="imports", words=_("Imports"), letter="i", under="people"),
    MenuPlace(subject="data-requests", address="data-requests", words=_("Data requests"), letter="q", under="people"),
    MenuPlace(subject="campaigns", address="campaigns", words=_("Messages"), letter="m", icon="send"),
    MenuPlace(subject="templates", address="templates", words=_("Templates"), letter="l", under="campaigns"),
    MenuPlace(subject="topics", address="topics", words=_("Topics"), letter="y", under="campaigns"),
    MenuPlace(subject="letters", address="letters", words=_("Letters"), letter="u", under="campaigns"),
    MenuPlace(subject="norms", address="norms", words=_("Norms"), letter="n", under="campaigns"),
    MenuPlace(subject="media", address="media", words=_("Pictures"), letter="g", under="campaigns"),
    MenuPlace(subject="returns", address="returns", words=_("Returns"), letter="r"),
    MenuPlace(subject="reports", address="reports", words=_("Reports"), letter="z"),
    MenuPlace(
        subject="conversations",
        address="conversations",
        words=_("Conversations"),
        letter="c",
        icon="message-square",
        short=_("Replies"),
    ),
    MenuPlace(subject="catcher", address="catcher", words=_("Mail catcher"), letter="k", apart=True, demo=True),
    MenuPlace(subject="work", address="work", words=_("Work"), letter="w", icon="list-checks", apart=True),
    MenuPlace(subject="settings", address="settings", words=_("Settings"), letter="e", apart=True),
    MenuPlace(
        subject="brands", address="brands", words=_("Brands"), letter="1", under="settings", permission="house.settings"
    ),
    MenuPlace(
        subject="relays", address="relays", words=_("Relays"), letter="2", under="settings", permission="house.settings"
    ),
    MenuPlace(
        subject="mailboxes",
        address="mailboxes",
        words=_("Mailboxes"),
        letter="0",
        under="settings",
        permission="house.settings",
    ),
    MenuPlace(
        subject="hooks", address="hooks", words=_("Webhooks"), letter="b", under="settings", permission="house.settings"
    ),
    MenuPlace(
        subject="fields",
        address="fields",
        words=_("Own fields"),
        letter="3",
        under="settings",
        permission="house.settings",
    ),
    MenuPlace(subject="team", address="team", words=_("Team"), letter="4", under="settings", permission="staff.manage"),
    MenuPlace(
        subject="audit",
        address="audit",
        words=_("Audit log"),
        letter="5",
        under="settings",
        permission="house.settings",
    ),
    MenuPlace(subject="profiles", address="profiles", words=_("Countries’ rules"), letter="6", under="settings"),
    MenuPlace(
        subject="retention",
        address="retention",
        words=_("Terms of storage"),
        letter="8",
        under="settings",
        permission="house.settings",
    ),
    MenuPlace(
        subject="records",
        address="records",
        words=_("Records of processing"),
        letter="9",
        under="settings",
        permission="house.settings",
    ),
    MenuPlace(subject="own", address="own", words=_("Your settings"), letter="7", under="settings"),
)

START_ACTIONS: tuple[StartAction, ...] = (
    StartAction(address="campaign-new", words=_("New message"), permission="campaigns.write"),
    StartAction(address="import-new", words=_("Import a list"), permission="people.import"),
    StartAction(address="segment-new", words=_("New segment"), permission="campaigns.write"),
    StartAction(address="form-new", words=_("New form"), permission="campaigns.write"),
    StartAction(address="template-new", words=_("New template"), permission="campaigns.write"),
)


def list_places(user: User, *, demo: bool) -> list[MenuPlace]:
    """Return the pages open to a user, in menu order."""
    return [place for place in PLACES if may(user, place.permission) and (demo or not place.demo)]


def list_actions(user: User) -> list[StartAction]:
    """Return the actions that a user may start."""
    return [act for act in START_ACTIONS if may(user, act.permission)]


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
