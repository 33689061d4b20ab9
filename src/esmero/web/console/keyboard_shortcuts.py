"""Define the keyboard shortcuts: the table for the help sheet ("?") and for assets/js/keys.js."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyboardShortcut:
    """Describe one shortcut: key, action (a name in keys.js) and label.

    `single` keys work only outside text fields and can be turned off in the user's settings (WCAG 2.2, 2.1.4).
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
