"""The command line speaks of templates in the terminal's language; what it prints for programs and how it ends stay."""

import json

import pytest

from esmero.campaigns.models import Campaign
from esmero.management.command_line import run
from esmero.management.reader_language import reader_language
from tests.house_facts import MJML, build_house

pytestmark = pytest.mark.django_db
HEAVY = MJML.replace("Ver<", "Contrate hoy<").replace(
    "</mj-button>", '</mj-button><mj-image src="https://norte.example/a.png" />'
)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "fr_FR"}, "fr"),
        ({"LANG": "fr", "LC_MESSAGES": "C", "LC_ALL": ""}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "est_EE"}, "en"),
    ],
)
def test_the_first_variable_that_is_set_decides(environment, language):
    assert reader_language(environment) == language


@pytest.fixture
def words(tmp_path):
    house = build_house()
    house.topic.purpose.commercial = False
    house.topic.purpose.save()
    assert run(["segment", "create", "Todos"]) == 0

    def written(mjml, *, subject="Hola"):
        letter = tmp_path / "letter.mjml"
        letter.write_text(mjml)
        return [
            "campaign", "create", "--brand", "fibra-norte", "--topic", "novedades", "--template", f"es={letter}",
            "--subject", f"es={subject}", "--segment", "Todos", "--reason", "en=you asked for it", "--language", "es",
        ]  # fmt: skip

    return written


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("C", "the field “zapatos” does not exist"),
        ("es_ES.UTF-8", "el campo «zapatos» no existe"),
        ("fr_FR.UTF-8", "le champ «\u00a0zapatos\u00a0» n’existe pas"),
    ],
)
def test_what_keeps_a_template_from_use_is_said_in_the_readers_language(words, capsys, monkeypatch, locale, said):
    monkeypatch.setenv("LC_ALL", locale)
    assert run(words(MJML, subject="Hola {{ zapatos }}")) == 1
    out, err = capsys.readouterr()
    assert said in err
    assert "Traceback" not in out + err


def test_what_should_be_looked_at_is_said_beside_the_answer(words, capsys, monkeypatch):
    capsys.readouterr()
    assert run(words(HEAVY)) == 0
    out, err = capsys.readouterr()
    assert out.strip().isdecimal()
    assert "has no words for those who do not see it" in err
    assert "“Contrate hoy” sells" in err
    assert "does not say in Spanish why its readers get it" in err
    monkeypatch.setenv("LC_ALL", "es_ES")
    assert run(words(HEAVY)) == 0
    assert "no tiene palabras para quien no la ve" in capsys.readouterr().err
    assert run([*words(HEAVY), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert {one["language"] for one in json.loads(out)["findings"]} == {"es", ""}


def test_a_sound_letter_gets_no_advice(words, capsys):
    capsys.readouterr()
    assert run([*words(MJML)[:-4], "--reason", "es=porque lo pidió", "--language", "es"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("C", "“Otoño” is not being sent, so there is nothing to pause."),
        ("es_ES.UTF-8", "«Otoño» no se está enviando: no hay nada que pausar."),
        ("fr_FR.UTF-8", "«\u00a0Otoño\u00a0» n’est pas en cours d’envoi\u00a0: il n’y a rien à suspendre."),
    ],
)
def test_a_refusal_is_said_in_the_readers_language(words, capsys, monkeypatch, locale, said):
    monkeypatch.setenv("LC_ALL", locale)
    assert run([*words(MJML), "--name", "Otoño"]) == 0
    capsys.readouterr()
    assert run(["campaign", "pause", str(Campaign.objects.get().pk)]) == 1
    assert capsys.readouterr().err == f"esmero: {said}\n"
