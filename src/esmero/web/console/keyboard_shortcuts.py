"""The keys of the console: the one table from which the sheet behind "?" is drawn, and which assets/js/keys.js obeys."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyboardShortcut:
    """One key: what is pressed, what the script does (a name in keys.js), and how it is said.

    `single` keys work only while nobody types and can be turned off in one's own settings (WCAG 2.2, 2.1.4).
    """

    press: str
    act: str
    words: str | Promise
    single: bool = True


EVERYWHERE: tuple[KeyboardShortcut, ...] = (
    KeyboardShortcut(press="Ctrl K", act="palette", words=_("Search or do"), single=False),
    KeyboardShortcut(press="/", act="search", words=_("Search on this page")),
    KeyboardShortcut(press=".", act="first", words=_("The first button of the page")),
    KeyboardShortcut(press="e", act="edit", words=_("Change what the page shows")),
    KeyboardShortcut(press="?", act="keys", words=_("This list")),
)

LISTS: tuple[KeyboardShortcut, ...] = (
    KeyboardShortcut(press="j", act="next", words=_("Next row")),
    KeyboardShortcut(press="k", act="previous", words=_("Row before")),
    KeyboardShortcut(press="Enter", act="open", words=_("Open the row"), single=False),
    KeyboardShortcut(press="x", act="tick", words=_("Tick the row")),
)
