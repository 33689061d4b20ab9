from esmero.rendering.checks.lint import lint
from tests.rendering.template_samples import compiled, section


def whats(content: str, *, footer=None, bulk: bool = False) -> list[str]:
    found = lint(compiled(section(content), footer=footer), bulk=bulk)
    assert all(problem.remedy for problem in found)
    return [problem.what for problem in found]


def test_a_plain_letter_is_in_order():
    assert whats('<mj-text>Hola</mj-text><mj-image src="https://a.example/a.png" alt=""></mj-image>') == []


def test_what_gmail_would_cut_off_is_said():
    long = "<mj-text>Hola</mj-text>" + "<mj-text>" + "x" * 100_000 + "</mj-text>"
    (what,) = whats(long)
    assert "Gmail cuts it off at 100 kB" in what


def test_bulk_mail_needs_a_way_to_leave():
    leave = '<mj-text>{% if city %}<a href="{{ unsubscribe_url }}">Baja</a>{% endif %}</mj-text>'
    assert whats("<mj-text>Hola</mj-text>", bulk=True) == ["nothing in the message lets its reader leave"]
    assert whats("<mj-text>Hola</mj-text>", bulk=False) == []
    assert whats(leave, bulk=True) == []


def test_an_image_without_words_is_named():
    (what,) = whats('<mj-text>Hola</mj-text><mj-image src="https://a.example/a.png"></mj-image>')
    assert what == "the image https://a.example/a.png has no words for those who do not see it"


def test_an_empty_text_part_is_said():
    assert whats('<mj-image src="https://a.example/a.png" alt=""></mj-image>') == ["the text part is empty"]
    assert whats("<mj-text>{{ city }}</mj-text>") == []


def test_what_was_left_out_of_the_source_is_said():
    assert whats('<mj-text><a href="/oferta">Hola</a></mj-text>') == ["“/oferta” leads nowhere outside of a web site"]
