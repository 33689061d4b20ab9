"""Every sentence that rendering can say of a template is known to the translators, with all its facts."""

import ast
from pathlib import Path

import pytest

import esmero.rendering
from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.messages.templates.findings import describe_problems
from esmero.web.refusals.words.rendering import SENTENCES


def sentences_of_the_code():
    for path in Path(esmero.rendering.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "TranslatableText":
                yield ast.literal_eval(node.args[0]), {key.arg: "x" for key in node.keywords}


def test_every_sentence_is_known_and_takes_its_facts():
    found = dict(sentences_of_the_code())
    assert set(found) == set(SENTENCES)
    for pattern, facts in found.items():
        assert pattern % facts
        assert str(SENTENCES[pattern]) % facts


@pytest.mark.parametrize(
    ("mjml", "said"),
    [
        ("<mjml><mj-body><mj-section></mj-body></mjml>", "<mj-section> is never closed. Close it with </mj-section>"),
        ("<mjml><mj-body>{{ cty }}</mj-body></mjml>", "the field “cty” does not exist. Write “city”."),
    ],
)
def test_problems_are_said_by_their_patterns(mjml, said):
    with pytest.raises(TemplateFault) as fault:
        compile_source(TemplateSource("es", "S", "", mjml), fields={"city"}, footer=None)
    assert any(one.words.startswith(said) for one in describe_problems(fault.value.problems, blocks=None))
