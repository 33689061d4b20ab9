"""What programs do not show is told where it stands in a style, and nowhere else."""

import pytest

from esmero.rendering.checks.css_support import UNSUPPORTED, find_unsupported
from esmero.rendering.checks.findings import find_problems
from esmero.rendering.templates.compile import TemplateSource, compile_source
from tests.rendering.template_samples import FIELDS

BODY = """<mjml><mj-head><mj-style>
.a { %s }
</mj-style></mj-head><mj-body><mj-section %s><mj-column>
<mj-text %s>Las obras de su barrio empiezan en mayo y duran dos semanas.</mj-text>
</mj-column></mj-section></mj-body></mjml>"""


def look(style="", section="", text=""):
    source = TemplateSource("es", "Obras", "Cuándo", BODY % (style, section, text))
    return find_problems(source, compile_source(source, fields=FIELDS, footer=None))


@pytest.mark.parametrize(
    ("style", "name"),
    [
        ("display: grid", "display: grid"),
        ("DISPLAY:inline-flex", "display: flex"),
        ("position : absolute", "position"),
        ("box-shadow: 0 1px 2px #000", "box-shadow"),
        ("animation: pulse 2s", "animation"),
    ],
)
def test_what_a_program_does_not_show_is_told_with_its_line(style, name):
    [found] = look(style)
    assert (found.code, found.line, found.facts["what"]) == ("unsupported", 2, name)
    assert found.facts["programs"] == ", ".join(UNSUPPORTED[name][1])


@pytest.mark.parametrize("style", ["background-position: top", "color: #123456", "list-style-position: inside", ""])
def test_what_they_show_is_left_in_peace(style):
    assert look(style) == []


def test_words_about_css_are_no_css():
    assert not list(find_unsupported("<mj-text>Use display: grid and position: absolute</mj-text>"))


def test_a_colour_that_vanishes_on_a_dark_ground():
    assert [one.code for one in look(text='color="#00005a"')] == ["dark"]
    assert look(section='background-color="#ffffff"', text='color="#00005a"') == []
    assert look(text='color="#000000"') == []  # programs turn black light by themselves
    assert look(text='color="#1c2126"') == []
