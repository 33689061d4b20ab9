"""Look at pages with axe, at every width and in every theme, and note what is wrong with them."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as TooLate

from tests.web.served import reader_of

AXE = Axe().axe_script
# What is right need not be told node by node, nor by which selector a node is found again: half of the time goes there.
RUN = """([where]) => window.axe && axe.run(where || document, { resultTypes: ["violations"], selectors: false }).then(
  ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(
    (one) => [id, one.html.slice(0, 200), (one.failureSummary || "").slice(0, 300)])))"""

# What a page asks for after itself has come, and its charts are drawn.
SETTLED = """() => !document.querySelector(".htmx-request")
  && [...document.querySelectorAll("#visual:not([data-ready])")].every(
    (one) => document.getElementById("visual-warning") || !one.checkVisibility())
  && [...document.querySelectorAll("[data-plot]")].every((one) => one.role === "slider" || !one.checkVisibility())"""

# Words of which a part can be neither seen nor scrolled to: more of them than their box shows, and the box cuts off;
# a button or mark that its own words stand out of; and words left of the window, where no scrolling leads.
HIDDEN_WORDS = """() => {
  const found = [];
  // a row that can be pushed back
  const pushed = (one) => one !== null && (one.scrollLeft > 0 || pushed(one.parentElement));
  const tell = (what, one) => found.push(`${what}: ${one.outerHTML.slice(0, 160)}`);
  for (const one of document.querySelectorAll("body *")) {
    if (!one.checkVisibility() || one.clientWidth < 2
      || one.closest(".sr-only, svg, select, [aria-hidden=true]") || !one.textContent.trim()) continue;
    const style = getComputedStyle(one);
    const high = one.scrollHeight - one.clientHeight, wide = one.scrollWidth - one.clientWidth;
    const cuts = ["hidden", "clip"].includes(style.overflowY) || ["hidden", "clip"].includes(style.overflowX);
    if (cuts && !(style.textOverflow === "ellipsis" && one.title) && (high > 1 || wide > 1))
      tell(`cut off by ${wide} × ${high}`, one);
    if (!cuts && style.display !== "inline" && one.matches("button, .btn, .chip, .count, .kbd")
      && (high > 2 || wide > 2)) tell(`stands out by ${wide} × ${high}`, one);
    if (one.firstElementChild) continue;
    const box = one.getBoundingClientRect();
    if (box.left + scrollX < -1 && box.right + scrollX > -900 && !pushed(one))
      tell(`begins ${Math.round(-box.left)} left of the window`, one);
  }
  return found;
}"""


def find_violations(page: Any, *, inside: str = "") -> list[list[str]]:
    """Run axe over the page as it stands, or over what a selector names; gives rule, element and what to mend."""
    found = page.evaluate(RUN, [inside])
    if found is None:  # nothing of axe is in this document yet
        page.evaluate(AXE)
        found = page.evaluate(RUN, [inside])
    return found


class Looker:
    """One window for each language and width; what it finds goes into `findings`."""

    def __init__(self, browser, house):
        self.browser, self.house = browser, house
        self.windows, self.findings = {}, []

    def window(self, language, width, scheme="light", *, page=""):
        """Return the window in which whoever is to see a page sees it."""
        key = (language, width, scheme, reader_of(page))
        if key not in self.windows:
            context = self.browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                reduced_motion="reduce",
                locale=language,
                storage_state=self.house.state(language, page),
            )
            opened = context.new_page()
            opened.on("console", lambda said: self.complain(key, said.text, said.type in {"error", "warning"}))
            opened.on("pageerror", lambda fault: self.complain(key, str(fault), True))
            opened.on("request", lambda asked: self.complain(key, asked.url, not self.is_ours(asked.url)))
            self.windows[key] = opened
        return self.windows[key]

    def is_ours(self, address):
        return address.startswith(("data:", "about:", "blob:", f"{self.house.address}/"))

    def complain(self, where, words, is_fault):
        if is_fault and "status of 422" not in words:  # what a refused form answers; the browser tells it as a fault
            self.findings.append((*where, self.windows[where].url if where in self.windows else "", words))

    def go(self, page, path):
        """Open a page and wait until what it asks for by itself has come."""
        page.goto(f"{self.house.address}{path}")
        page.wait_for_function(SETTLED)

    def change(self, page, *, width, scheme):
        """Make the window so wide, and the theme this one; wait until what is drawn anew is there."""
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(SETTLED)

    def measure_sizes(self, page, where):
        """Measure the page on a phone and enlarged, by the width and by the letters; leave it as it was.

        A window of 1280 px enlarged to 200 % has 640 px (WCAG 2.2, 1.4.4); so it is where the reader wants letters of
        32 px.
        """
        before, settings = page.viewport_size, page.context.new_cdp_session(page)
        for letters, widths in ((16, (640, 360)), (32, (360, 1280))):
            settings.send("Page.setFontSizes", {"fontSizes": {"standard": letters}})
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_function(SETTLED)
                self.measure(page, (*where, width, letters))
                self.findings += [(*where, width, letters, words) for words in page.evaluate(HIDDEN_WORDS)]
            size = page.evaluate("getComputedStyle(document.documentElement).fontSize")
            assert size == f"{letters}px", size
        settings.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
        settings.detach()
        page.set_viewport_size(before)

    def look_inside(self, page, where):
        """Look at the page with everything unfolded, and at each question that it asks; fold it up again."""
        if self.open_all(page):
            self.look(page, (*where, "all open"), inside="details")
        self.ask_all(page, where)
        page.evaluate("document.querySelectorAll('details[data-unfolded]').forEach((one) => (one.open = false))")

    def open_all(self, page):
        """Open every menu and everything folded; False where there is nothing of the kind."""
        return page.evaluate(
            "[...document.querySelectorAll('details:not([open])')]"
            ".map((one) => (one.open = one.dataset.unfolded = true)).length"
        )

    def ask_all(self, page, where):
        """Open the dialog of everything that asks first, and close it again."""
        for place, button in enumerate(page.locator("[data-ask]").all()):
            if not button.is_visible() or not button.evaluate("(one) => !one.form || one.form.checkValidity()"):
                continue  # a form that lacks something says so first
            button.evaluate("(one) => one.click()")
            dialog = page.locator("#ask[open]")
            try:
                dialog.wait_for(timeout=10_000)
            except TooLate:
                self.findings.append((*where, "asks nothing", button.get_attribute("data-ask")))
                continue
            self.look(page, (*where, f"question {place}"), inside="#ask")
            page.keyboard.press("Escape")
            dialog.wait_for(state="detached")

    def look(self, page, where, *, inside=""):
        """Hold the page as it stands now against axe, and against the width of its window."""
        self.findings += [(*where, *found) for found in find_violations(page, inside=inside)]
        self.measure(page, where)

    def measure(self, page, where):
        """Hold the page as it stands now against the width of its window."""
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.findings.append((*where, "scrolls sideways by", wide))

    def tell(self):
        return "\n".join(map(str, self.findings))
