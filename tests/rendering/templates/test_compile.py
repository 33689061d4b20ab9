import os
import re
from collections import Counter
from pathlib import Path

import mrml
import pytest
from selectolax.lexbor import LexborHTMLParser

from esmero.rendering.templates.compile import TemplateFault, TemplateSource, compile_source
from esmero.rendering.templates.compiled_text import TokenLink
from tests.rendering.template_samples import FIELDS, body, compiled, section


class Somewhere(dict):
    def __missing__(self, way: TokenLink) -> str:
        return f"https://here.example/{way.purpose.value}/{way.link}"


def html(content: str, /, **values: object) -> str:
    return compiled(section(content), footer=None).html.render(values, Somewhere())


def faults(mjml: str, *, subject: str = "Obras", preheader: str = "") -> list[tuple[str, str]]:
    with pytest.raises(TemplateFault) as caught:
        compile_source(
            TemplateSource(language="es", subject=subject, preheader=preheader, mjml=mjml), fields=FIELDS, footer=None
        )
    assert all(problem.remedy for problem in caught.value.problems)
    return [(problem.place, problem.what) for problem in caught.value.problems]


def test_all_that_is_wrong_is_said_at_once():
    found = faults(
        "<mjml><mj-body>\n<mj-section><mj-colum>\n<mj-text>{{ given_nme }}</mj-text>\n</mj-colum></mj-section>\n"
        "<mj-text>{{ city | uper }}</mj-text>\nloose\n</mj-body></mjml>",
        subject="{{ citty }}",
        preheader="{{ plan",
    )
    assert sorted(found) == [
        ("body line 2", "<mj-colum> is not an element of MJML"),
        ("body line 3", "<mj-text> cannot stand in <mj-colum>"),
        ("body line 3", "the field “given_nme” does not exist"),
        ("body line 5", "<mj-text> cannot stand in <mj-body>"),
        ("body line 5", "the filter “uper” does not exist"),
        ("body line 6", "the words “loose” stand between elements and would be lost"),
        (
            "preheader",
            "the template language is not understood: unexpected end of template, expected 'end of print statement'.",
        ),
        ("subject", "the field “citty” does not exist"),
    ]


def test_the_remedy_names_the_field_that_was_meant():
    with pytest.raises(TemplateFault) as caught:
        compiled(section("<mj-text>{{ given_nme }}</mj-text>"))
    assert caught.value.problems[0].remedy == "Write “given_name”"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<mj-text>{{ city</mj-text>", "the template language is not understood"),
        ("<mj-text>{% if city %}x</mj-text>", "the template language is not understood"),
        ("<mj-text>{{ city.upper() }}</mj-text>", "calling a function cannot be used"),
        ("<mj-text>{% set x = 1 %}</mj-text>", "set cannot be used"),
        ("<mj-text>{% include 'x' %}</mj-text>", "“include” cannot be used"),
        ("<mj-text>{% for x in works recursive %}{{ loop(x) }}{% endfor %}</mj-text>", "calling a function"),
        ("<mj-text>{{ 'a' * 9999999999999 }}</mj-text>", "multiplication cannot be used"),
        ("<mj-text>{{ 9 ** 9 ** 9 ** 9 }}</mj-text>", "“pow” cannot be used"),
        ("<mj-text>{{ city | safe }}</mj-text>", "the filter “safe” does not exist"),
        ("<mj-text>\ue006c0\ue007</mj-text>", "the character U+E006 is reserved"),
        ('<mj-button href="https://{{ city }}.example/">x</mj-button>',
            "a field stands where the name of the host belongs"),
        ('<mj-button href="https://x.example{{ city }}/">x</mj-button>',
            "a field stands where the name of the host belongs"),
        ('<mj-button href="{{ city }}/x">x</mj-button>', "a field stands where the name of the host belongs"),
        ('<mj-button href="{% if city %}https://a.example/{% endif %}">x</mj-button>',
            "if and for cannot stand inside an address"),
        ("<mj-text><a href='javascript:x()'>x</a></mj-text>",
            "javascript: in “href” is nothing that a mail reader opens"),
        ('<mj-image src="data:image/png;base64,AA==" alt="x"></mj-image>', "data: in “src” is nothing"),
        ('<mj-image src="https://{{ city }}/a.png" alt="x"></mj-image>', "a field stands where the name of the host"),
        ("<mj-text><b onclick='x()'>x</b></mj-text>", "would run a program"),
        ("<mj-text><script>x()</script></mj-text>", "<script> cannot be sent by mail"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_place(content, what):
    found = faults(section(content))
    assert any(what in said and place == "body line 1" for place, said in found), found


@pytest.mark.parametrize(
    ("part", "text", "what"),
    [("subject", "", "empty"), ("subject", "a\nb", "more than one line"), ("preheader", "a\nb", "more than one line")],
)
def test_subject_and_preheader_are_one_line(part, text, what):
    ((place, said),) = faults(section("<mj-text>x</mj-text>"), **{part: text})
    assert place == part
    assert what in said


@pytest.mark.parametrize("hostile", ["<b>x</b>", "{{ plan }}", "{% if %}", '"><script>', "&amp;"])
def test_values_are_shown_as_they_are_and_never_run(hostile):
    template = compiled(section("<mj-text>{{ city }}</mj-text>"), subject="{{ city }}", footer=None)
    values = {"city": hostile, "plan": "no"}
    escaped = hostile.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert f">{escaped}</div>" in template.html.render(values, Somewhere())
    assert template.text.render(values, Somewhere()) == f"{hostile}\n"
    assert template.subject.render(values, Somewhere()) == hostile


def test_literal_braces_stay_braces():
    assert "a { b } c {{ d" in html("<mj-text>a { b } c {{ '{{' }} d</mj-text>")
    assert "{{ city }}" in html("<mj-text>{% raw %}{{ city }}{% endraw %}</mj-text>", city="no")


@pytest.mark.parametrize("empty", [None, "", "  \t"])
def test_a_fallback_stands_in_for_nothing(empty):
    template = compiled(
        section("<mj-text>[{{ city | fallback('su ciudad') }}]</mj-text>"),
        subject="[{{ city | fallback('x') }}]",
        footer=None,
    )
    assert template.text.render({"city": empty}, Somewhere()) == "[su ciudad]\n"
    assert template.subject.render({"city": empty}, Somewhere()) == "[x]"
    assert template.text.render({"city": 0}, Somewhere()) == "[0]\n"


def test_fields_used_are_known_in_all_parts():
    template = compiled(section("<mj-text>{{ plan }}</mj-text>"), subject="{{ city }}", preheader="{{ given_name }}")
    assert template.fields_used == {"plan", "city", "given_name"}
    assert template.subject.fields == {"city"}


def test_a_preheader_is_shown_to_the_inbox_only():
    template = compiled(section("<mj-text>x</mj-text>"), preheader="Obras & {{ city }}", footer=None)
    values = {"city": "León <3"}
    assert re.search(r"display:none[^>]*>Obras &amp; León &lt;3</div>", template.html.render(values, Somewhere()))
    assert template.text.render(values, Somewhere()) == "x\n"


def test_a_preheader_replaces_the_one_in_the_head():
    mjml = "<mjml><mj-head><mj-preview>old</mj-preview></mj-head><mj-body></mj-body></mjml>"
    assert "old" in compiled(mjml, footer=None).html.source
    replaced = compiled(mjml, preheader="new", footer=None).html.source
    assert "new" in replaced
    assert "old" not in replaced


def test_links_are_registered_once_each_in_their_order():
    template = compiled(section(
        '<mj-button href="https://b.example/?x=1&amp;y=2">x</mj-button>'
        '<mj-text><a href="https://a.example/">a</a> <a href="https://b.example/?x=1&amp;y=2">b</a>'
        '<a href="mailto:x@y.example">m</a><a href="tel:+34987">t</a><a href="#top">u</a></mj-text>'
    ), footer=None)  # fmt: skip
    assert template.links == ("https://b.example/?x=1&y=2", "https://a.example/")
    made = template.html.render({}, Somewhere())
    assert made.count('href="https://here.example/c/0"') == 2
    assert all(f'href="{kept}"' in made for kept in ("mailto:x@y.example", "tel:+34987", "#top"))


def test_a_field_in_a_query_is_encoded_and_the_link_goes_out_directly():
    template = compiled(section('<mj-button href="https://a.example/?c={{ city }}&amp;d=1">x</mj-button>'), footer=None)
    assert template.links == ()
    assert 'href="https://a.example/?c=Le%C3%B3n%26x%3D%22&amp;d=1"' in template.html.render(
        {"city": 'León&x="'}, Somewhere()
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://s.example/1?a=1&b=2", "https://s.example/1?a=1&amp;b=2"),
        ("javascript:alert(1)", "#"),
        ("//evil.example", "#"),
        (None, "#"),
    ],
)
def test_a_field_may_be_the_whole_address_when_it_is_one(given, shown):
    made = html('<mj-button href="{{ survey }}">x</mj-button>', survey=given)
    assert f'href="{shown}"' in made


@pytest.mark.parametrize(("name", "letter"), [("unsubscribe_url", "u"), ("preferences_url", "f"), ("why_url", "w")])
def test_our_own_addresses_may_stand_anywhere(name, letter):
    assert f'href="https://here.example/{letter}/0"' in html(f'<mj-button href="{{{{ {name} }}}}">x</mj-button>')


def test_steps_may_stand_between_sections_and_around_rows():
    template = compiled(body(
        "{% if plan %}<mj-section><mj-column><mj-text>plan</mj-text></mj-column></mj-section>{% endif %}"
        "<mj-section>{% if city %}<mj-column><mj-text>city</mj-text></mj-column>{% endif %}</mj-section>"
        "<mj-section><mj-column>{% for work in works %}<mj-text>{{ work.street }}</mj-text>{% endfor %}"
        "<mj-table>{% for work in works %}<tr><td>{{ work.street }}</td></tr>{% endfor %}</mj-table></mj-column>"
        "</mj-section>"
    ), footer=None)  # fmt: skip
    all_of_it = {"plan": 1, "city": 1, "works": [{"street": "Cid"}, {"street": "Rúa"}]}
    assert template.text.render(all_of_it, Somewhere()) == "plan\n\ncity\n\nCid\n\nRúa\n\nCid\nRúa\n\n"
    assert template.text.render({}, Somewhere()).strip() == ""
    made = template.html.render(all_of_it, Somewhere())
    assert made.count("<tbody>") == made.count("</tbody>")
    assert "<tr><td>Cid</td></tr><tr><td>Rúa</td></tr>" in made


def test_steps_that_cross_elements_are_refused():
    found = faults(section("<mj-text>{% if city %}<b>x</mj-text><mj-text>{% endif %}</b></mj-text>"))
    assert any("<b> is never closed" in what for _, what in found)


def test_styles_are_inlined_and_media_rules_kept():
    made = compiled(
        "<mjml><mj-head><mj-style>.x b { color: #123456 } @media (prefers-color-scheme: dark) { "
        ".x { color: #fff } }</mj-style>"
        '<mj-style inline="inline">i { color: #654321 }</mj-style></mj-head><mj-body><mj-section><mj-column>'
        '<mj-text css-class="x"><b>x</b><i>y</i></mj-text></mj-column></mj-section></mj-body></mjml>',
        footer=None,
    ).html.source
    assert '<b style="color: #123456' in made
    assert '<i style="color: #654321' in made
    assert "@media (prefers-color-scheme: dark) { .x { color: #fff } }" in made


def test_dark_is_promised_only_where_it_was_designed():
    designed = (
        "<mjml><mj-head><mj-style>@media (prefers-color-scheme: dark) { b { color: #fff } }</mj-style></mj-head>"
        "<mj-body></mj-body></mjml>"
    )
    assert 'name="color-scheme" content="light dark"' in compiled(designed).html.source
    assert 'name="color-scheme" content="light only"' in compiled(body("")).html.source


EVERYTHING = """<mjml><mj-body>
<mj-hero mode="fixed-height" height="100px" background-url="https://a.example/h.png"><mj-text>x</mj-text></mj-hero>
<mj-wrapper><mj-section background-url="https://a.example/s.png"><mj-group><mj-column>
<mj-button href="https://a.example/1">x</mj-button><mj-divider/><mj-spacer/>
<mj-image src="https://a.example/i.png" srcset="https://a.example/2.png 2x" alt="x" href="https://a.example/2"/>
<mj-table><tr><th scope="col">x</th></tr><tr><td colspan="2">y</td></tr></mj-table>
<mj-social>\
<mj-social-element name="x" href="https://a.example/3" src="https://a.example/x.png" alt="X">x\
</mj-social-element></mj-social>
<mj-navbar hamburger="hamburger"><mj-navbar-link href="https://a.example/4">x</mj-navbar-link></mj-navbar>
<mj-accordion><mj-accordion-element><mj-accordion-title>x</mj-accordion-title>\
<mj-accordion-text>y</mj-accordion-text></mj-accordion-element></mj-accordion>
<mj-carousel><mj-carousel-image src="https://a.example/c.png" alt="x"/>\
<mj-carousel-image src="https://a.example/d.png" alt="y"/></mj-carousel>
<mj-text><ul><li>x</li></ul><ol start="2"><li>y</li></ol><h2>z</h2><blockquote>q</blockquote>\
<abbr title="t">a</abbr></mj-text>
</mj-column></mj-group></mj-section></mj-wrapper></mj-body></mjml>"""


def test_the_sanitiser_loses_nothing_that_mjml_can_say():
    def elements(document: str) -> Counter[str]:
        kept = LexborHTMLParser(document).body
        return Counter(f"{node.tag} {name}" for node in kept.traverse() for name in ("", *node.attributes))

    before = elements(mrml.to_html(EVERYTHING).content)
    after = elements(compiled(EVERYTHING, footer=None).html.source)
    assert {each: (number, after[each]) for each, number in before.items() if after[each] < number} == {}


def test_nothing_is_fetched_from_elsewhere_and_remarks_stay_at_home():
    template = compiled(
        '<mjml><mj-head><mj-font name="Raleway" href="https://fonts.example/r.css"></mj-font>'
        "<mj-style>@import url(https://fonts.example/s.css);</mj-style></mj-head>"
        "<mj-body><mj-section><mj-column><!-- ask {{ nobody }} -->"
        "<mj-text font-family='Raleway, Ubuntu'>x</mj-text></mj-column></mj-section></mj-body></mjml>",
        footer=None,
    )
    assert "fonts." not in template.html.source
    assert "<link" not in template.html.source
    assert "nobody" not in template.html.source
    assert [note.what for note in template.notes] == [
        "the font is not loaded, because its host would learn who reads the message"
    ]


def test_the_language_is_said():
    assert '<html lang="es"' in compiled().html.source


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["mjml--recast.mjml", "mjml--sphero-mini.mjml"])
def test_newsletters_of_other_makers_compile_without_losing_a_link_or_a_word(name):
    path = Path(os.environ.get("ESMERO_CORPUS", "../shared/data")) / "newsletters" / name
    if not path.exists():
        pytest.skip(f"{path} is missing: point ESMERO_CORPUS at the folder that holds newsletters/")
    mjml = path.read_text(encoding="utf-8")
    template = compile_source(
        TemplateSource(language="en", subject="x", preheader="", mjml=mjml), fields=(), footer=None
    )
    assert set(template.links) == {
        address.replace("&amp;", "&") for address in re.findall(r'href="(https?://[^"]+)"', mjml)
    } - fonts(mjml)
    made = template.html.render({}, Somewhere())
    assert sorted(re.findall(r'\balt="([^"]*)"', made)) == sorted(re.findall(r'\balt="([^"]*)"', mjml))
    for source in re.findall(r'\bsrc="([^"]+)"', mjml):
        assert source in made


def fonts(mjml: str) -> set[str]:
    return set(re.findall(r'<mj-font\b[^>]*href="([^"]+)"', mjml))
