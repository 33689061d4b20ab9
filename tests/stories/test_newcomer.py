"""A newcomer's walk.

From an empty house to a thousand delivered letters and one person's "why", by what stands on the pages. Nothing is
typed into the bar but the address that `esmero serve` says: every page is reached by its links and buttons.
"""

import email
import re
from email.policy import default

import dkim
import pytest
from playwright.sync_api import expect

from tests.postfix import wait_for
from tests.sink import free_port, open_sink
from tests.stories.houses import OwnHouse, once
from tests.web.browser import open_browser, open_page

pytestmark = [pytest.mark.browser, pytest.mark.relay, pytest.mark.slow, once]

PEOPLE, LATE, SILENT = 1_100, 60, 40  # in the list; customers too late for the segment; without a yes
GO = PEOPLE - LATE - SILENT
NAMES = ("Ana", "Luis", "Eva", "Núria", "José")
PATIENCE = 60_000  # milliseconds until a page that does not move is a fault
expect.set_options(timeout=PATIENCE)


def write_list(folder):
    """Write the list as an office would: semicolons, the old code page, days first, a yes or no."""
    rows = ["Email;First name;Last name;City;Customer since;Newsletter"]
    for number in range(PEOPLE):
        year = 2025 if number < LATE else 2010 + number % 10
        answer = "no" if LATE <= number < LATE + SILENT else "yes"
        city = ("Valencia", "Bilbao", "Sevilla")[number % 3]
        day = f"{1 + number % 28:02}/{1 + number % 12:02}/{year}"
        rows.append(f"p{number:04}@cliente.example;{NAMES[number % 5]};Güell {number};{city};{day};{answer}")
    path = folder / "clientes.csv"
    path.write_text("\r\n".join(rows) + "\r\n", encoding="cp1252", newline="")
    return path


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name, *, within="main"):
    page.locator(within).get_by_role("link", name=name, exact=True).click()


def go_on(page):
    """Back to the way from wherever one is, by the menu and Today."""
    follow(page, "Today", within="nav.menu")
    follow(page, "Go on")
    expect(page.get_by_role("heading", level=1)).to_have_text("First steps")


def make_brand(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to your house")
    follow(page, "New brand")
    page.get_by_label("Name", exact=True).fill("Mercado Verde")
    page.get_by_label("Company behind it").fill("Mercado Verde, S.L.")
    page.get_by_label("Country’s rules").select_option(label="Spain")
    page.get_by_label("Address of the sender").fill("hola@mercado.example")
    page.get_by_label("Mailbox for replies").fill("oficina@mercado.example")
    page.get_by_label("Phone number").fill("+34 910 000 000")
    page.get_by_label("Postal address").fill("Calle Mayor 1, 28013 Madrid")
    expect(page.locator("#preview")).to_contain_text("Calle Mayor 1, 28013 Madrid")
    page.get_by_label("Public address of this house").fill(page.url.partition("/console")[0])
    press(page, "Save")


def leave_and_resume_domain(page):
    """Look at the records, leave them unpublished, come back to the same page; give the public half of the key."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Domain and records")
    address = page.url
    go_on(page)
    expect(page.locator("[aria-current=step]")).to_contain_text("Prepare the domain")
    follow(page, "See the records")
    assert page.url == address
    return page.get_by_text("v=DKIM1").first.inner_text()


def set_relay_up(page, sink):
    follow(page, "Set a relay up")  # the next step is named on the page of this one
    page.get_by_label("Name", exact=True).fill("out")
    page.get_by_label("Host").fill("127.0.0.1")
    page.get_by_label("Security").select_option(label="none, only for a relay on this machine (port 25)")
    page.get_by_label("Port").fill(str(sink.port))
    press(page, "Save")
    page.get_by_label("and send a mail to").check()
    press(page, "Test it")
    expect(page.locator("#relay-test")).to_contain_text("Mail can leave by this relay.")
    expect(page.locator("#relay-test")).to_contain_text(re.compile(r"Mail to ana@mercado\.example:\s+sent"))
    expect(page.locator("#relay-standing")).to_contain_text("works")
    assert sink.recipients() == {"ana@mercado.example": 1}


def name_topic(page):
    follow(page, "Name a topic")
    expect(page.locator("main")).to_contain_text("A topic needs a purpose.")
    press(page, "Save")  # what is suggested will do
    expect(page.get_by_role("heading", level=1)).to_have_text("New topic")
    page.get_by_label("Short code").fill("news")
    page.get_by_label("Name (English)").fill("News")
    press(page, "Save")


def import_list(page, file):
    follow(page, "Bring your people")
    page.get_by_label("File").set_input_files(file)
    press(page, "Read the file")
    expect(page.get_by_label("Newsletter")).to_have_value("consent")
    page.get_by_label("City").select_option(label="Own field (choice)")
    page.get_by_label("Where is this list from?").fill("Counter of the shop, 2010 to 2025")
    page.get_by_label("I confirm").check()
    expect(page.get_by_label("Topic of the consent").locator("option:checked")).to_have_text("News")
    press(page, "See what would happen")
    expect(page.get_by_text("A dry run: nothing has been changed yet.")).to_be_visible()
    press(page, f"Bring in {PEOPLE:,} lines")
    expect(page.get_by_text("Brought in.")).to_be_visible()
    expect(page.locator("dl.stats")).to_contain_text(re.compile(rf"added\s*{PEOPLE:,}"))


def write_letter(page):
    follow(page, "Write a template")
    page.get_by_label("Name", exact=True).fill("Autumn letter")
    press(page, "Go on to the letter")
    letter = page.get_by_role("textbox", name="The letter")
    letter.click()
    page.keyboard.type("Hello ")
    press(page, "Field")
    expect(page.locator(".letter-panel select option:checked")).to_have_text("Given name")
    page.get_by_label("For whoever has none").fill("dear customer")
    press(page, "Insert")
    expect(letter).to_be_focused()
    page.keyboard.type(", the harvest is in.")
    page.keyboard.press("Enter")
    press(page, "Button")
    page.get_by_label("Words on it").fill("See the harvest")
    page.locator(".letter-panel").get_by_label("Address").fill("https://www.mercado.example/harvest")
    press(page, "Insert")
    page.get_by_label("Subject").fill("The harvest is in")
    page.get_by_label("Preview line").fill("Come and taste it")
    expect(page.locator("#findings")).to_contain_text("nothing to mend")
    press(page, "Check and save as a new version")
    expect(page.get_by_text("Version 1 is kept.")).to_be_visible()
    seen = page.frame_locator("iframe.frame").locator("body")
    expect(seen).to_contain_text("Hello Ana, the harvest is in.")


def build_segment(page):
    """From the form of the message, which says that there is none yet."""
    follow(page, "Send yourself a test")
    follow(page, "New segment")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("What", exact=True).select_option(label="Customer since")
    page.get_by_label("Comparison").select_option(label="is before")
    page.get_by_label("Value").fill("2024-01-01")
    page.get_by_label("Value").press("Tab")
    expect(page.locator("#count_n0")).to_contain_text(f"{PEOPLE - LATE:,}")
    expect(page.locator("main")).to_contain_text("People whose “Customer since” is before 01/01/2024.")
    page.get_by_label("Name", exact=True).fill("Old friends")
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_have_text("Old friends")


def draft_and_test(page, sink):
    follow(page, "Write to them")
    for label, chosen in {"Topic": "News", "Template": "Autumn letter", "To whom": "Old friends"}.items():
        choice = page.locator("label", has_text=re.compile(f"^{label}(\\W|$)(?! of)")).first
        expect(page.locator(f"#{choice.get_attribute('for')} option:checked")).to_contain_text(chosen)
    page.get_by_label("Name", exact=True).fill("Harvest")
    page.get_by_label("Why is it worth their time? (English)").fill("you asked for our news at the counter")
    press(page, "Save the draft")
    press(page, "See who would get it")
    expect(page.locator("#live")).to_contain_text(f"{GO:,} people would get it.")
    expect(page.locator(".reasons")).to_have_text(re.compile(rf"\s*No permission for this\s*{SILENT}\s*"))
    follow(page, "Send yourself a test first")
    before = sink.recipients()["ana@mercado.example"]
    press(page, "Send the test")
    expect(page.get_by_text("The test is on its way to ana@mercado.example.")).to_be_visible()
    wait_for(lambda: sink.recipients()["ana@mercado.example"] == before + 1, what="the test is there")
    wait_for(lambda: not is_reminded(page), what="the way is walked")
    return before


def is_reminded(page):
    """Whether Today still speaks of the test."""
    follow(page, "Today", within="nav.menu")
    return "Send yourself a test" in page.locator("main").inner_text()


def send(page):
    follow(page, "Messages", within="nav.menu")
    follow(page, "Harvest")
    press(page, f"Send to {GO:,} people")
    dialog = page.locator("#ask[open]")
    expect(dialog).to_contain_text(f"Send it to {GO:,} people now?")
    dialog.get_by_role("button", name="Yes, do it").click()
    expect(page.locator("header.page-head")).to_contain_text("done")
    expect(page.locator("#live")).to_contain_text(f"{GO:,} of {GO:,} have left")


def check_mail(raw, *, record):
    """Read one mail as its receiver would, and return its why.

    It has the right name, a way out at one click, and a signature that holds.
    """
    assert dkim.verify(raw, dnsfunc=lambda _name, timeout=5: record.encode())
    mail = email.message_from_bytes(raw, policy=default)
    assert mail["To"].addresses[0].display_name == "Núria Güell 1098"
    assert mail["From"].addresses[0].addr_spec == "hola@mercado.example"
    assert re.fullmatch(r"<http://127[^>]+/u/\w+>, <mailto:u-[^>]+>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mail.get_body(("plain",)).get_content()
    assert text.startswith("Hello Núria, the harvest is in.")
    assert "You get this mail because: you asked for our news at the counter" in text
    return re.search(r"Why did I get this\? \((\S+)\)", text)[1]


def ask_why(page):
    """From the campaign by its people to one of them and their why."""
    page.locator("#live nav.tabs").get_by_role("link", name="People").click()
    page.get_by_role("searchbox", name="Name or address").fill("p1098@cliente.example")
    row = page.get_by_role("row").filter(has_text="p1098@")
    expect(page.locator("tbody tr")).to_have_count(1)
    row.get_by_role("link", name="Why").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The message for Núria Güell 1098")
    expect(page.locator("main")).to_contain_text("A permission covers it")
    expect(page.locator("main")).to_contain_text("Counter of the shop, 2010 to 2025")
    follow(page, "The person")
    expect(page.get_by_role("heading", level=1)).to_have_text("Núria Güell 1098")


def walk(page, *, sink, file):
    """Go the whole way.

    Give the public half of the key, and how many mails the house sent to its owner before the test.
    """
    page.get_by_label("Email").fill("ana@mercado.example")
    page.get_by_label("Password").fill("a-long-password")
    press(page, "Sign in")
    make_brand(page)
    record = leave_and_resume_domain(page)
    set_relay_up(page, sink)
    name_topic(page)
    import_list(page, file)
    write_letter(page)
    build_segment(page)
    before = draft_and_test(page, sink)
    send(page)
    return record, before


def test_a_newcomer_gets_from_an_empty_house_to_a_thousand_letters(tmp_path):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    house = OwnHouse(tmp_path / "house", web_port=port, inbound_port=free_port(), public_url=address)
    house.environment["ESMERO_STAFF_PASSWORD"] = "a-long-password"
    house.run("init")
    house.run("staff", "create", "ana@mercado.example", "--name", "Ana Prado", "--role", "owner", "--language", "en")
    with open_sink(tmp_path) as sink, house.serving(tmp_path / "log") as told, open_browser() as browser:
        assert f"console {address}" in told
        with open_page(browser, address) as (page, complaints):
            page.set_default_timeout(PATIENCE)
            record, before = walk(page, sink=sink, file=write_list(tmp_path))
            arrived = sink.recipients()
            assert arrived.pop("ana@mercado.example") == before + 1
            assert (len(arrived), set(arrived.values())) == (GO, {1})
            why = check_mail(sink.mail_to("p1098@cliente.example"), record=record)
            ask_why(page)
            assert complaints == []
        with open_page(browser, address, path=why.removeprefix(address)) as (page, complaints):
            expect(page.get_by_role("heading", level=1)).to_have_text("Why you got this message")
            expect(page.locator("main")).to_contain_text("you asked for our news at the counter")
            assert complaints == []
