"""Files of an operator: each fault is named with its line; a broken file replaces nothing and loosens nothing."""

import shutil
from importlib import resources
from pathlib import Path

import pytest

from esmero.house.profiles.profile import ProfileOrigin
from esmero.house.profiles.reading import read_profiles

EXAMPLE = Path(__file__).parents[3] / "docs" / "admin" / "pt.toml"
SHIPPED = resources.files("esmero.house.profiles")


def write(folder, name, text):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return read_profiles(folder)


def test_without_a_folder_there_are_the_shipped_ones(tmp_path):
    found = read_profiles(tmp_path / "none")
    assert (sorted(found.profiles), found.faults) == (["ES", "EU", "FR"], ())


def test_a_file_adds_a_country(tmp_path):
    shutil.copy(EXAMPLE, tmp_path / "pt.toml")
    found = read_profiles(tmp_path)
    portugal = found.profiles["PT"]
    assert found.faults == ()
    assert (portugal.origin, portugal.country, portugal.time_zone) == (ProfileOrigin.OPERATOR, "PT", "Europe/Lisbon")
    assert portugal.bases["email", "commercial"] == {"consent", "soft opt-in"}
    # left out: strictest
    assert portugal.bases["post", "commercial"] == {"consent"}
    assert portugal.hours == {**found.strictest.hours, **portugal.hours}
    assert portugal.hours["phone", "commercial"].holidays == portugal.holidays


def test_a_file_replaces_the_shipped_one_of_its_code(tmp_path):
    text = (SHIPPED / "es.toml").read_text("utf-8")
    found = write(tmp_path, "es.toml", text.replace('"+34902", ', ""))
    assert found.faults == ()
    assert "+34902" not in found.profiles["ES"].premium_prefixes
    assert found.profiles["ES"].origin is ProfileOrigin.OPERATOR


TERM = '\n[[terms]]\nrule = "nothing"\ndays = 3\nthen = "erase"\nsource = "x"\n'
BROKEN = [
    ("syntax", 'code = "PT"\nas_of = = 2026\n', 2, ""),
    ("unknown name", EXAMPLE.read_text("utf-8").replace("messages =", "mesages ="), 24, "mesages"),
    ("number of the wrong kind", EXAMPLE.read_text("utf-8").replace("days = 30", 'days = "soon"'), 0, "days"),
    ("basis that is none", EXAMPLE.read_text("utf-8").replace('"soft opt-in"', '"hope"'), 0, "bases"),
    ("shorter than the directive", EXAMPLE.read_text("utf-8").replace("days = 14", "days = 7", 1), 0, "days"),
    ("binary fraction", EXAMPLE.read_text("utf-8").replace('"23"', "23.0"), 0, "tax_rates"),
    ("country of another", EXAMPLE.read_text("utf-8").replace('["PT"]', '["PT", "FR"]'), 6, "countries"),
    ("code of another", EXAMPLE.read_text("utf-8").replace('"PT"', '"PL"', 1), 4, "code"),
    ("no such zone", EXAMPLE.read_text("utf-8").replace("Europe/Lisbon", "Europe/Lissabon"), 0, "time_zone"),
    ("no such rule", EXAMPLE.read_text("utf-8") + TERM, 0, "terms"),
]


@pytest.mark.parametrize(("_name", "text", "line", "place"), BROKEN, ids=[one[0] for one in BROKEN])
def test_a_fault_is_named_with_its_place_and_the_strictest_values_hold(tmp_path, _name, text, line, place):
    found = write(tmp_path, "pt.toml", text)
    assert found.faults
    assert {fault.path for fault in found.faults} == {str(tmp_path / "pt.toml")}
    fault = next(one for one in found.faults if place in f"{one.place} {one.trouble}")
    if line:
        assert fault.line == line
        assert f"line {line}" in str(fault)
    stand_in = found.profiles.get("PT")
    assert stand_in is not None
    assert stand_in.origin is ProfileOrigin.STAND_IN
    assert (stand_in.bases, stand_in.terms, stand_in.hours) == (
        found.strictest.bases,
        found.strictest.terms,
        found.strictest.hours,
    )
    assert stand_in.countries == {"PT"}


@pytest.mark.parametrize(
    "content",
    [b"code = ", b"\xff\xfe", b"a = [" * 5_000, b"x" * 300_000, b""],
    ids=["cut", "bytes", "deep", "big", "empty"],
)
def test_a_broken_file_never_replaces_a_shipped_one(tmp_path, content):
    (tmp_path / "fr.toml").write_bytes(content)
    found = read_profiles(tmp_path)
    assert found.faults
    assert found.profiles["FR"] == read_profiles(tmp_path / "none").profiles["FR"]
    assert found.profiles["FR"].origin is ProfileOrigin.SHIPPED


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    text = EXAMPLE.read_text("utf-8").replace("days = 30", "days = 0").replace('"intermediate"', '"middle"')
    found = write(tmp_path, "pt.toml", text)
    lines = text.splitlines()
    assert len(found.faults) == 2
    assert [lines[fault.line - 1] for fault in found.faults] == ["days = 0", 'kind = "middle"']


def test_the_strictest_values_cannot_be_replaced(tmp_path):
    text = (SHIPPED / "strictest.toml").read_text("utf-8")
    found = write(tmp_path, "strictest.toml", text)
    assert [fault.place for fault in found.faults] == ["code"]


def test_a_misspelt_name_of_an_optional_value_is_a_fault(tmp_path):
    text = EXAMPLE.read_text("utf-8").replace("until =", "untill =").replace("calling_code", "calling_cod")
    found = write(tmp_path, "pt.toml", text)
    assert [fault.place.rpartition(".")[2] for fault in found.faults] == ["calling_cod", "untill"]
    assert text.splitlines()[found.faults[1].line - 1].startswith("untill")
