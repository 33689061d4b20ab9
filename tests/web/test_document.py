"""The document that the tests of pages ask: what it finds on pages of its own."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from tests.web.document import Notice, read_document

PAGE = """<!doctype html>
<html lang="es"><head><title>T</title><link rel="stylesheet" href="/static/a.css"></head><body>
<nav><a href="/">Home</a></nav>
<main>
  <h1>Ana
    Güell</h1>
  <div class="toast" data-state="kept"><span>It is done.</span>
    <form method="post" action="/undo/"><input type="hidden" name="ticket" value="t1">
      <button>Take it back</button></form>
  </div>
  <p class="notice" data-state="wait"><strong>Silent.</strong> Nothing goes to ana<wbr>@cliente.example.</p>
  <section class="card"><h2>Roles</h2><ul><li>one</li><li>two</li></ul><a href="/roles/new/">Add</a></section>
  <section class="card"><h2>Letters</h2><dl><dt>Sent</dt><dd>3</dd><dt>Back</dt><dd>1</dd><dd>since May</dd></dl>
    <table><thead><tr><th>Day</th></tr></thead><tbody><tr id="may"><th>May</th><td>3<br>mails</td></tr></tbody></table>
    <span class="chip" data-state="broken">failed</span></section>
  <form method="post" id="own" action="/save/">
    <input name="name" value="Ana" aria-describedby="hint e-name"><p class="error" id="e-name">Too short.</p>
    <input type="checkbox" name="tag" value="a" checked><input type="checkbox" name="tag" value="b" checked>
    <input type="checkbox" name="tag" value="c"><input type="checkbox" name="agree" checked>
    <input type="radio" name="way" value="x"><input type="radio" name="way" value="y" checked>
    <select name="first"><option value="">none</option><option>two</option></select>
    <select name="some" multiple><option selected>p</option><option value="Q" selected>q</option></select>
    <textarea name="text"> kept
as it is</textarea>
    <input name="off" value="1" disabled><input type="file" name="file">
    <input name="elsewhere" form="other" value="1">
    <button name="act" value="save">Save</button>
  </form>
  <button form="own" name="act" value="drop">Delete</button>
  <p role="alert">Mind this.</p>
  <script>1</script><p style="color: red" onclick="x()">x</p><script src="/static/a.js"></script>
</main></body></html>"""


@pytest.fixture
def document():
    return read_document(PAGE)


def test_words_are_read_as_a_reader_sees_them(document):
    assert (document.heading, document.language) == ("Ana Güell", "es")
    assert document.texts("li") == ["one", "two"]
    assert document.text("ul") == document.part("ul").words == "one two"
    assert document.part(".notice").pieces() == ["Silent.", "Nothing goes to ana", "@cliente.example."]
    assert "1" not in document.text("main").split()[-3:], "a script is nothing that is read"
    assert document.count("section") == 2
    assert not document.has("main nav")


def test_what_is_told_has_its_state(document):
    assert document.notices() == [Notice("wait", "Silent. Nothing goes to ana@cliente.example.")]
    assert document.notices("broken") == []
    assert (document.notice(), document.notice("kept")) == ("Silent. Nothing goes to ana@cliente.example.", "")
    assert (document.toast(), document.toast("wait")) == ("It is done. Take it back", "")
    assert document.chips() == [Notice("broken", "failed")]
    assert document.alert() == "Mind this."
    assert document.errors() == ["Too short."]
    assert (document.error("name"), document.error("way")) == ("Too short.", "")


def test_a_section_is_found_by_its_title(document):
    assert document.sections() == ["Roles", "Letters"]
    assert document.section("Roles").links() == ["/roles/new/"]
    assert document.section("Letters").facts() == {"Sent": "3", "Back": "1 since May"}
    assert document.rows() == [document.row("may")] == [["May", "3 mails"]]
    assert document.link("Add") == "/roles/new/"
    for ask in (document.section, document.link, document.text, document.form, document.form_of, document.part):
        with pytest.raises(LookupError):
            ask("nothing")


def test_a_form_gives_what_a_browser_would_send(document):
    form = document.form_of("name")
    assert (form.action, form.method) == ("/save/", "post")
    assert form.fields == {
        "name": ["Ana"], "tag": ["a", "b"], "agree": ["on"], "way": ["y"], "first": [""], "some": ["p", "Q"],
        "text": [" kept\nas it is"],
    }  # fmt: skip
    assert (form.value("name"), form.value("file")) == ("Ana", "")
    assert [(one.value, one.words) for one in form.buttons] == [("save", "Save"), ("drop", "Delete")]
    assert document.acts() == {"save", "drop"}
    assert document.ticket() == "t1"
    assert [one.action for one in document.forms()] == ["/undo/", "/save/"]


def test_what_the_policy_forbids_and_what_is_loaded_is_found(document):
    assert len(document.find_forbidden()) == 3
    assert document.resources() == ["/static/a.css", "/static/a.js"]


def test_a_page_is_told_from_a_fragment(document):
    assert document.is_page
    assert not read_document("<li>one</li>").is_page
    assert read_document('<div hx-get="" hx-trigger="load, every 2s"></div>').follows
    assert not document.follows
    assert not document.part("ul").is_page


def test_what_is_new_in_each_answer_is_left_out():
    one, other = (
        read_document(
            f'<form data-stamp="{n}"><input name="csrfmiddlewaretoken" value="{n}">'
            f'<input name="stamp" value="{n}"></form>'
        )
        for n in (1, 2)
    )
    assert one.without_tokens() == other.without_tokens()
    assert one.markup != other.markup
    assert read_document("").without_tokens() == read_document("").without_tokens()


def test_responses_are_read_whole_or_in_pieces():
    assert read_document(HttpResponse("<h1>ñ</h1>")).heading == "ñ"
    assert read_document(StreamingHttpResponse(["<h1>", "ñ", "</h1>"])).heading == "ñ"
    assert read_document(b"<p>1 &lt; 2</p>").text("p") == "1 < 2"
