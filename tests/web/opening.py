"""What opens on a page, by name: every dialog, sheet and kind of menu, for the tests and the pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WIDE, NARROW = "wide", "narrow"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """`name` of what opens on `page`, at which width ("" both), and how."""

    name: str
    page: str
    act: Callable[[Any], None]
    at: str = ""


def _palette(page: Any) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette a[role=option]").first.wait_for()


def _found(page: Any) -> None:
    _palette(page)
    page.locator("#palette input").press_sequentially("nov")
    page.locator("#palette-list a[href*='/campaigns/']").first.wait_for()


def _keys(page: Any) -> None:
    page.evaluate("document.getElementById('keys').showPopover()")


def _menu(page: Any) -> None:
    page.locator(".footbar button").click()


def _sheet(page: Any) -> None:
    page.locator(".tools-open").click()


def _drop(place: int) -> Callable[[Any], None]:
    def act(page: Any) -> None:
        page.locator(".tools-sheet details.dropdown > summary").nth(place).click()

    return act


def _picks(page: Any) -> None:
    page.locator("input[name=pick]").first.check()


def _pick_menu(page: Any) -> None:
    _picks(page)
    page.locator(".picks details.dropdown > summary").first.click()


def _ask(page: Any) -> None:
    page.locator("[data-ask]").first.click()
    page.locator("#ask[open]").wait_for()


OPENINGS = (
    Opening(name="palette", page="today", act=_palette),
    Opening(name="found", page="people", act=_found),
    Opening(name="keys", page="today", act=_keys),
    Opening(name="menu", page="today", act=_menu, at=NARROW),
    Opening(name="sheet", page="people", act=_sheet, at=NARROW),
    Opening(name="columns", page="people", act=_drop(0), at=WIDE),
    Opening(name="views", page="people", act=_drop(1), at=WIDE),
    Opening(name="file", page="people", act=_drop(2), at=WIDE),
    Opening(name="picks", page="people", act=_picks),
    Opening(name="pick-menu", page="people", act=_pick_menu),
    Opening(name="ask", page="campaign-checked", act=_ask),
)


def open_it(page: Any, opening: Opening, *, width: int) -> bool:
    """Open it; False where it does not exist at this width."""
    if opening.at and (opening.at == WIDE) != (width >= 900):
        return False
    opening.act(page)
    return True
