import pytest

from esmero.rendering.templates.mjml import MjmlReader
from esmero.rendering.templates.placeholders import insert_placeholders
from tests.rendering.template_samples import body, section


def problems(mjml: str) -> list[str]:
    masked, masks = insert_placeholders(mjml)
    reader = MjmlReader(masks)
    reader.read(masked)
    return [f"{problem.place}: {problem.what}" for problem in reader.problems]


@pytest.mark.parametrize(
    "mjml",
    [
        section("<mj-text>a<br>b<img src='https://a.example/a.png' alt=''>{{ city }}{% if x %}<p>y</p>{% endif %} "
                "&amp; &lt;</mj-text>"),
        section("<mj-raw><!--[if mso]><p>x</p><![endif]--></mj-raw><mj-spacer/>"),
        section("<mj-social><mj-social-element name='x' href='https://a.example'>x</mj-social-element></mj-social>"),
        body("{% if x %}<mj-wrapper><mj-section><mj-group><mj-column></mj-column></mj-group></mj-section>"
             "</mj-wrapper>{% endif %}"),
        ("<mjml><mj-head><mj-attributes><mj-all color='red'/><mj-class name='a'/><mj-text color='red'/></mj-attributes>"
        "<mj-style>a > b { color: red }</mj-style><mj-title>x</mj-title></mj-head><mj-body></mj-body></mjml>"),
    ],
)  # fmt: skip
def test_good_mjml_has_no_problem(mjml):
    assert problems(mjml) == []


@pytest.mark.parametrize(
    ("mjml", "expected"),
    [
        ("", ["body line 1: there is no <mjml>", "body line 1: there is no <mj-body>"]),
        ("<mjml>\n</mjml>", ["body line 1: there is no <mj-body>"]),
        (section("\n<mj-txt>x</mj-txt>"), ["body line 2: <mj-txt> is not an element of MJML"]),
        (body("\n\n<mj-column></mj-column>"), ["body line 3: <mj-column> cannot stand in <mj-body>"]),
        (section("<mj-include path='/etc/passwd'/>"), ["body line 1: <mj-include> cannot be used"]),
        (section("\n<p>x</p>"), ["body line 2: <p> stands outside of any <mj-text>"]),
        (section("\n{{ city }}"), ["body line 2: the words “{{ … }}” stand between elements and would be lost"]),
        (section("\n<mj-text><b>x</mj-text>"), ["body line 2: <b> is never closed"]),
        (section("</mj-text>"), ["body line 1: </mj-text> closes nothing"]),
        (section("<mj-text color=red>x</mj-text>"),
            ["body line 1: the value of “color” in <mj-text> has no quotation marks"]),
        (section("<mj-text>\n<style>b {}</style></mj-text>"), ["body line 2: <style> cannot be sent by mail"]),
        (section('<mj-text background-url="https://a.example/{{ x }}">x</mj-text>'),
            ["body line 1: a background cannot be personal"]),
    ],
)  # fmt: skip
def test_each_fault_has_its_line(mjml, expected):
    assert problems(mjml) == expected


def test_lines_stay_true_behind_constructs_of_several_lines():
    assert problems(section("\n{% if a\n and b -%}\n\n{# a\nremark #}<mj-txt>x</mj-txt>{% endif %}")) == [
        "body line 6: <mj-txt> is not an element of MJML"
    ]
