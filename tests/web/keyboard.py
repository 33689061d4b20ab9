"""A hand on the keyboard.

It goes by Tab to what a screen reader would name, and sees on the way that the focus can be seen.
"""

import re
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import expect

MOST = 150  # presses until something counts as out of reach
expect.set_options(timeout=30_000)  # a page that moves by itself, on a machine with much to do

# What holds the focus, or what stands around it, must be drawn otherwise because of it, and within the window. The look
# of the same element without the focus is the measure. A frame draws its own.
SEEN = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body || focused.tagName === "IFRAME") return "";
  // Within a field of a date the browser rings its own calendar.
  if (focused.type === "date" && !focused.matches(":focus-visible")) return "";
  const name = focused.outerHTML.slice(0, 120);
  const box = focused.getBoundingClientRect();
  if (box.width === 0 || box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
    return `outside of the window: ${name}`;
  for (let part = focused, up = 0; part && up < 5; part = part.parentElement, up += 1) {
    if (!part.matches(":focus, :focus-within") || part.matches("main, body, nav")) break;
    const look = getComputedStyle(part);
    if (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1) return "";
    if (look.boxShadow !== "none" && up === 0) return "";
  }
  return `no ring: ${name}`;
}"""


class Keyboard:
    """Presses keys on a page, and nothing else."""

    def __init__(self, page):
        self.page = page
        self.press, self.type = page.keyboard.press, page.keyboard.type

    def tab_to(self, role, name, *, back=False, exact=True):
        """Press Tab until the element of that name has the focus; every stop on the way can be seen."""
        self.reach(self.page.get_by_role(role, name=name, exact=exact), what=f"{role} {name!r}", back=back)

    def open_up(self, name, *, back=False):
        """Go to the head of what can be unfolded, and unfold it."""
        self.reach(self.page.locator("summary").filter(has_text=name), what=f"what unfolds {name!r}", back=back)
        self.press("Enter")

    def reach(self, wanted, *, what, back=False):
        """Press Tab until what has the focus is among the wanted."""
        passed = []
        focused = wanted.and_(self.page.locator(":focus"))
        for _ in range(MOST):
            self.press("Shift+Tab" if back else "Tab")
            trouble = self.page.evaluate(SEEN)
            assert not trouble, trouble
            if focused.count() == 1:
                return
            passed.append(self.page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        pytest.fail(f"no {what} within {MOST} presses, only {passed}")

    def fill(self, name, text, *, role="textbox", exact=True, back=False):
        """Go to a field and type."""
        self.tab_to(role, name, exact=exact, back=back)
        self.press("Control+a")
        self.type(text)

    def choose(self, name, words, *, exact=True):
        """Go to a select and take what is wanted with the arrows."""
        self.tab_to("combobox", name, exact=exact)
        options = self.page.locator(":focus option").all_inner_texts()
        place = next(number for number, text in enumerate(options) if text.startswith(words))
        self.press("Home")
        for _ in range(place):
            self.press("ArrowDown")
        expect(self.page.locator(":focus option:checked")).to_contain_text(words)

    def pick(self, words):
        """In a select that has the focus, type the beginning of what is wanted."""
        self.type(words)
        chosen = self.page.locator(":focus option:checked")
        expect(chosen).to_contain_text(words)

    def act(self, name, *, role="button", exact=True, back=False, key="Enter"):
        """Go to a button or link and press it."""
        self.tab_to(role, name, exact=exact, back=back)
        self.press(key)

    def follow(self, name, *, exact=True, back=False):
        self.tab_to("link", name, exact=exact, back=back)
        self.go()

    def submit(self, name, *, exact=True):
        """Go to a button that leads to another page, and press it."""
        self.tab_to("button", name, exact=exact)
        self.go()

    def go(self, key="Enter"):
        """Press a key that leads to another page, and be there."""
        with self.page.expect_navigation():
            self.press(key)

    def search(self, text):
        """Type into the list's search, and wait until the list is the one of the whole text."""
        self.press("/")
        expect(self.page.get_by_role("searchbox")).to_be_focused()
        self.type(text)
        answer = self.page.locator("#picks input[name=query]")
        expect(answer).to_have_value(re.compile(rf"\bq={re.escape(quote_plus(text))}(&|$)"))

    def tick(self, name, *, exact=True):
        self.act(name, role="checkbox", exact=exact, key="Space")

    def call_up(self, words):
        """Open the palette, type, and go where its first answer leads."""
        self.page.locator("html[data-script]").wait_for()  # a page that is still loading takes no keys
        self.press("Control+k")
        field = self.page.locator("#palette input")
        expect(field).to_be_focused()
        self.type(words)
        first = self.page.locator("#palette a[role=option]").first
        expect(first).to_contain_text(words)
        self.go()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(words)

    def say_yes(self, sentence):
        """Answer the dialog that asks."""
        dialog = self.page.locator("#ask[open]")
        expect(dialog).to_contain_text(sentence)
        self.act("Yes, do it")
