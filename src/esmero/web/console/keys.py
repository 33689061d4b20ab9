"""The keys of the console: the one table from which the sheet behind "?" is drawn, and which assets/js/keys.js obeys."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what is pressed, what the script does (a name in keys.js), and how it is said.

    `single` keys work only while nobody types and can be turned off in one's own settings (WCAG 2.2, 2.1.4).
    """

    press: str
    act: str
    words: str | Promise
    single: bool = True


EVERYWHERE: tuple[Key, ...] = (
    Key(press="Ctrl K", act="palette", words=_("Search or do"), single=False),
    Key(press="/", act="search", words=_("Search on this page")),
    Key(press=".", act="first", words=_("The first button of the page")),
    Key(press="e", act="edit", words=_("Change what the page shows")),
    Key(press="?", act="keys", words=_("This list")),
)

LISTS: tuple[Key, ...] = (
    Key(press="j", act="next", words=_("Next row")),
    Key(press="k", act="previous", words=_("Row before")),
    Key(press="Enter", act="open", words=_("Open the row"), single=False),
    Key(press="x", act="tick", words=_("Tick the row")),
)
