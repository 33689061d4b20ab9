"""Letters: whatever was sanitised gives MJML that compiles and says the same words.

Marks and HTML tell the same letter.
"""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esmero.rendering.letters.letter import FIELD, LetterStyle, clean_letter, make_mjml
from esmero.rendering.letters.plain_marks import read_marks, write_marks
from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.rendering.templates.problem import TemplateFault

LOOK = LetterStyle("#0e5c59")
FIELDS = frozenset({"given_name", "city"})

words = st.text(
    st.characters(exclude_categories=("Cs", "Co"), exclude_characters="\x00\r"), min_size=1, max_size=20
) | st.sampled_from(
    [
        "{{ given_name }}",
        '{{ city | fallback("León") }}',
        "{{",
        "}}",
        "{% if x %}",
        "{#",
        "a & b < c",
        "\ue000",
        "q7xe0x7q",
        "-->",
    ]
)


def wrap(tag, **attributes):
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return lambda inner: f"<{tag}{said}>{inner}</{tag}>"


tags = st.sampled_from(
    [
        wrap(tag)
        for tag in (
            "p",
            "h1",
            "h2",
            "h3",
            "ul",
            "ol",
            "li",
            "strong",
            "em",
            "u",
            "s",
            "blockquote",
            "div",
            "b",
            "table",
            "script",
        )
    ]
    + [
        wrap("div", **{"class": "promotion"}),
        wrap("a", href="https://x.example/a?b=1"),
        wrap("a", href="javascript:alert(1)"),
        wrap("a", href="https://{{ city }}.example/"),
        wrap("a", **{"class": "button", "href": "https://x.example/?c={{ city }}"}),
        wrap("img", src="https://x.example/a.png", alt="&quot;x&quot;", width="9999"),
        wrap("p", onclick="x()", style="color:red"),
    ]
)
letters = st.recursive(
    words | st.sampled_from(["<br>", "<hr>", "<img src='https://x.example/f.png'>", "&nbsp;", "<!-- x -->"]),
    lambda inner: st.builds(lambda tag, parts: tag("".join(parts)), tags, st.lists(inner, max_size=4)),
    max_leaves=20,
)


def compiled(letter):
    made = make_mjml(letter, look=LOOK)
    return compile_source(TemplateSource("es", "s", "", made.mjml), fields=FIELDS, footer=None), made


@pytest.mark.slow
@given(letters)
@example("<div class='promotion'><div class='promotion'><p>x</p></div></div>")
@example("<ul><li><p>a</p><ul><li>b</li></ul></li></ul>")
@example("<p>{{ given_name | upper }} {{ __class__ }}</p>")
@example("<b>" * 3000 + "x")
def test_any_sanitised_letter_compiles(html):
    letter = clean_letter(html)
    if any(name not in FIELDS for field in FIELD.findall(letter) for name in re.findall(r"\{\{\s*(\w+)", field)):
        with pytest.raises(TemplateFault):
            compiled(letter)
        return
    template, made = compiled(letter)
    assert template.fields_used <= FIELDS
    lines = made.mjml.split("\n")
    assert all(lines[line - 1].startswith(("<mj-", "<em-promotion>")) for line in made.blocks)


@given(letters)
def test_sanitising_twice_changes_nothing(html):
    once = clean_letter(html)
    assert clean_letter(once) == once
    assert not re.search(r"<(?!/?(?:p|h[123]|ul|ol|li|strong|em|u|s|a|br|hr|img|blockquote|div)\b)", once)
    assert "javascript:" not in re.sub(r">[^<]*<", "><", once)


@given(st.lists(st.sampled_from(["uno", "dos & tres", "{cuatro}", "<cinco>", "*seis*"]), min_size=1, max_size=6))
def test_every_word_arrives_in_order_in_both_parts(said):
    import html

    letter = clean_letter("".join(f"<p>{html.escape(each)}</p>" for each in said))
    template, _ = compiled(letter)
    text = "".join(piece for piece in template.text.pieces if isinstance(piece, str))
    assert text.split("\n\n") == [*said[:-1], f"{said[-1]}\n"]


plain = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)


@given(st.lists(plain.filter(bool), min_size=1, max_size=4))
@example(["- no", "1. no", "# no", "> no", ":::", "---", "*a*", "[a](b)", "![a](b)", "[[a]](b)"])
def test_marks_tell_every_paragraph_as_it_was(said):
    import html

    letter = clean_letter("".join(f"<p>{html.escape(each, quote=False)}</p>" for each in said))
    assert clean_letter(read_marks(write_marks(letter))) == letter


WRITTEN = """# Hola {{ given_name | fallback("cliente") }}

Le *escribimos* por **dos** cosas, vea [la web](https://x.example/a?b=1&c=2).
Segunda línea.

- una
- dos

1. a
2. b

[[Ver oferta]](https://x.example/o)

![Una foto](https://x.example/f.png)

> cita

---

:::

Compre ya.

:::

Adiós {llaves}
"""


def test_what_is_written_in_marks_comes_back_as_it_was_written():
    letter = clean_letter(read_marks(WRITTEN))
    assert write_marks(letter) == WRITTEN
    template, made = compiled(letter)
    assert template.links == ("https://x.example/a?b=1&c=2", "https://x.example/o")
    assert template.without_promotion is not None
    assert "Compre ya" not in template.without_promotion.text.source
    assert max(made.blocks.values()) == 10


def test_a_field_may_be_all_of_an_address_or_stand_behind_its_host_and_nowhere_else():
    targets = ["{{ city }}", "https://x.example/{{ city }}", "https://{{ city }}.example/"]
    letter = clean_letter("".join(f'<p><a href="{target}">x</a></p>' for target in targets))
    mjml = make_mjml(letter, look=LOOK).mjml
    assert [address for address in re.findall(r'href="([^"]*)"', mjml) if address != "#"] == targets[:2]
