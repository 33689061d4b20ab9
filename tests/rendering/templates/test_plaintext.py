import pytest

from esmero.rendering.templates.placeholders import insert_placeholders
from esmero.rendering.templates.plaintext import make_text


def text(html: str) -> str:
    masked, masks = insert_placeholders(html)
    return make_text(masked, masks)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Uno  dos\n tres</p><p>Cuatro</p>", "Uno dos tres\n\nCuatro\n"),
        ("<div>a</div><div>b</div>", "a\nb\n"),
        ("a<br>b<br><br>c", "a\nb\nc\n"),
        ("<h1>T</h1>x", "T\n\nx\n"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b\n"),
        ('<a href="https://a.example/">aquí</a>.', "aquí (https://a.example/).\n"),
        ('<a href="https://a.example/">https://a.example/</a>', "https://a.example/\n"),
        ('<a href="https://a.example/"><img alt="Mapa" src="x"></a>', "Mapa (https://a.example/)\n"),
        ('<a href="https://a.example/"><img alt="" src="x"></a>', "https://a.example/\n"),
        ('<a href="mailto:a@b.example">a@b.example</a> <a href="tel:987">987</a> <a href="#x">y</a>',
            "a@b.example 987 y\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a  b\nc  d\n"),
        ('<table role="presentation"><tr><td>a</td><td>b</td></tr></table>', "a\n\nb\n"),
        ('<div style="display: none">secreto<br><b>x</b></div>a', "a\n"),
        ("<style>b {}</style><title>t</title>a", "a\n"),
        ("a&nbsp;b &lt;c&gt; &eacute;", "a\u00a0b <c> é\n"),
        ("<td>a</td><td>&nbsp;</td><td>b</td>", "a\n\nb\n"),
        ("<!--[if mso]><p>x</p><![endif]-->a", "a\n"),
        ("", "\n"),
    ],
)  # fmt: skip
def test_the_same_meaning_in_plain_lines(html, expected):
    assert text(html) == expected
