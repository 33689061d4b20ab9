"""`esmero search rebuild`, and that the doctor asks for it."""

import json

import pytest

from esmero.management.command_line import run
from esmero.search.finding import find_ids
from esmero.search.models import SearchText, SubjectKind
from tests.house_facts import add_people, build_house

pytestmark = pytest.mark.django_db(transaction=True)


def _find(text):
    return find_ids(SubjectKind.PERSON, text=text, most=10)


def _doctor(capsys):
    capsys.readouterr()
    run(["doctor", "--format", "json"])
    return [one for one in json.loads(capsys.readouterr().out)["findings"] if "search index" in one["what"]]


@pytest.mark.parametrize("how", [[], ["--empty"]])
def test_whoever_was_not_found_is_found_again(capsys, how):
    people = add_people(build_house(), 3)
    assert not _doctor(capsys)
    SearchText.objects.filter(pk=SubjectKind.PERSON.key_of(people[0].pk)).delete()
    assert not _find("mbre0")
    [finding] = _doctor(capsys)
    assert (finding["state"], finding["remedy"]) == ("short", "esmero search rebuild")
    capsys.readouterr()
    assert run(["search", "rebuild", *how, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"indexed": 3}
    assert _find("mbre0") == [people[0].pk]
    assert not _doctor(capsys)
