"""What an author is told to look at again: each with the line where it stands, and nothing about what is well."""

import pytest

from esmero.rendering.checks.colours import contrast, read_colour
from esmero.rendering.checks.findings import find_problems
from esmero.rendering.templates.compile import TemplateSource, compile_source
from tests.rendering.template_samples import FIELDS, FOOTER

WELL = """<mjml><mj-body><mj-section><mj-column>
<mj-text color="#1c2126">Buenos días, {{ given_name | fallback("cliente") }}: \
le contamos las obras de su barrio.</mj-text>
<mj-image src="https://norte.example/foto.png" alt="Una calle en obras" />
<mj-button href="https://norte.example/obras?c={{ city }}" background-color="#0e5c59" \
color="#ffffff">Verlas todas</mj-button>
</mj-column></mj-section></mj-body></mjml>"""


def found(mjml=WELL, subject="Obras en su barrio", preheader="Qué cambia y cuándo"):
    source = TemplateSource("es", subject, preheader, mjml)
    return [
        (one.code, one.part, one.line)
        for one in find_problems(source, compile_source(source, fields=FIELDS, footer=FOOTER))
    ]


def test_what_is_well_made_is_left_in_peace():
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (' alt="Una calle en obras"', "", ("no-alt", "body", 3)),
        ('alt="Una calle en obras"', 'alt=""', ("empty-alt", "body", 3)),
        ("https://norte.example/foto.png", "http://norte.example/foto.png", ("image-http", "body", 3)),
        ("https://norte.example/obras", "http://norte.example/obras", ("link-http", "body", 4)),
        ("https://norte.example/obras", "https://example.com/obras", ("placeholder", "body", 4)),
        ("https://norte.example/foto.png", "/foto.png", ("relative", "body", 3)),
        (' | fallback("cliente")', "", ("no-fallback", "body", 2)),
        ('color="#1c2126"', 'color="#b0b0b0"', ("contrast", "body", 2)),
        ('color="#ffffff"', 'color="#2c7a4b"', ("contrast", "body", 4)),
    ],
)
def test_each_fault_is_found_where_it_stands(old, new, expected):
    assert old in WELL
    assert found(WELL.replace(old, new)) == [expected]


def test_subject_and_preview_line_are_looked_at():
    assert found(subject="x" * 61) == [("subject-long", "subject", 0)]
    assert found(preheader="") == [("no-preheader", "preheader", 0)]
    assert found(subject="Hola {{ given_name }}") == [("no-fallback", "subject", 0)]


def test_a_mail_that_would_be_cut_off_and_one_that_only_shows_pictures_are_told():
    long = WELL.replace("las obras de su barrio", "las obras " * 12_000)
    assert ("clipped", "body", 0) in found(long)
    picture = (
        '<mjml><mj-body><mj-section><mj-column><mj-image src="https://n.example/a.png" alt="Hola" /></mj-column>'
        "</mj-section></mj-body></mjml>"
    )
    source = TemplateSource("es", "s", "p", picture)
    codes = [one.code for one in find_problems(source, compile_source(source, fields=FIELDS, footer=None))]
    assert codes == ["text-thin"]


# Ratios as published with WCAG's examples and by WebAIM's checker.
@pytest.mark.parametrize(
    ("ink", "paper", "ratio"),
    [("#000", "#ffffff", 21.0), ("#777777", "white", 4.48), ("rgb(118, 118, 118)", "#fff", 4.54)],
)
def test_contrast_is_as_published(ink, paper, ratio):
    assert round(contrast(read_colour(ink), read_colour(paper)), 2) == ratio
