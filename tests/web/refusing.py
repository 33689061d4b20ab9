"""Forms that are sent as nobody should: every page whose form says what is wrong when everything in it is blank."""

from typing import Any

REFUSED = (
    "bare-factor-new", "brand", "brand-new", "campaign-edit", "campaign-new", "door-confirm-again", "door-email",
    "door-factor-again", "door-password", "field", "field-new", "form", "form-new", "hook", "import-draft",
    "import-new", "issuer", "issuer-new",
    "letter", "mailbox", "mailbox-new", "member", "member-new", "organisation-edit", "organisation-new", "out-login",
    "person-organisation-new",
    "out-password-reset", "own", "person-address", "person-permission", "person-phone", "person-post", "person-reach",
    "picture", "picture-new", "purpose", "purpose-new", "reader-form", "relay", "relay-new", "segment-new", "template",
    "template-new", "topic", "topic-new",
)  # fmt: skip

# What a browser would not let through by itself is sent all the same: another browser may, and so may no browser.
SEND_BLANK = """() => {
  const typed = "input:not([type=hidden], [type=checkbox], [type=radio], [type=color], [type=submit]), textarea";
  const shown = (one) => [...one.querySelectorAll(`.field :is(${typed})`)].some((field) => field.checkVisibility());
  const form = [...document.querySelectorAll("main form[method=post]")].find(shown);
  for (const one of form.querySelectorAll(typed)) one.value = "";
  form.noValidate = true;
  form.requestSubmit(form.querySelector("button[value=save]") || form.querySelector("button:not([type=button])"));
}"""


def send_blank(page: Any) -> None:
    """Send the first form of a page with nothing in it, and wait until it says what is wrong."""
    page.evaluate(SEND_BLANK)
    page.locator("main :is(.error, [data-summary])").first.wait_for()
