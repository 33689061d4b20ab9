"""`esmero letters`: print into a folder, record what was posted and what came back."""

import json
from pathlib import Path

import pytest

from esmero.management.command_line import run
from esmero.outbox.letters.numbers import write_number
from esmero.outbox.letters.returns import LetterReturnReason
from esmero.outbox.models import Message
from tests.house_facts import build_house
from tests.letters import add_neighbours, write_letters
from tests.printed import read_pages

pytestmark = pytest.mark.django_db(transaction=True)
BRAND = ("--brand", "fibra-norte")


@pytest.fixture
def ask(capsys):
    def asked(*words, code=0):
        capsys.readouterr()
        assert run(["letters", *map(str, words), "--format", "json"]) == code
        out, err = capsys.readouterr()
        return json.loads(out) if code == 0 else err

    return asked


def test_from_print_to_return(ask, tmp_path):
    house = build_house(kind="capture")
    letters = write_letters(house, add_neighbours(house, 2))
    assert ask("list", *BRAND)["due"] == 2
    made = ask("print", *BRAND, "--into", tmp_path)
    assert (made["state"], made["letters"]) == ("printed", 2)
    pdf, table = map(Path, made["files"])
    assert len(read_pages(pdf.read_bytes())) == 2
    assert table.read_text("utf-8-sig").count("\n") == 3
    assert ask("posted", made["batch"])["posted"] == 2
    assert "esmero: " in ask("posted", made["batch"], code=1)
    found = ask("returned", write_number(letters[0].pk), "--reason", "moved")
    assert found["message"] == letters[0].pk
    assert "1-1" in ask("returned", "1-1", "--reason", "moved", code=1)
    assert "9" in ask("posted", 9, code=1)
    assert [one["state"] for one in ask("list", *BRAND)["batches"]] == ["posted"]
    assert Message.objects.get(pk=letters[0].pk).worst == Message.Worst.HARD_BOUNCE


def test_a_folder_that_is_not_there_prints_nothing(ask, tmp_path):
    house = build_house(kind="capture")
    write_letters(house, add_neighbours(house, 1))
    ask("print", *BRAND, "--into", tmp_path / "none", code=1)
    assert Message.objects.get().state == "planned"


def test_the_command_offers_each_reason():
    from esmero.management.commands.messages.letters import REASONS

    assert list(REASONS) == list(LetterReturnReason)
