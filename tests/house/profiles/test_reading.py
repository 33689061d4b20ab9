"""Files of an operator: each fault is named with its line; a broken file replaces nothing and loosens nothing."""

import shutil
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from esmero.house.jurisdictions import profile_of
from esmero.house.profiles.profile import ProfileOrigin
from esmero.house.profiles.reading import list_without_holidays, read_profiles

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
    assert (stand_in.bases, stand_in.terms) == (found.strictest.bases, found.strictest.terms)
    assert {kind: one.week for kind, one in stand_in.hours.items()} == {
        kind: one.week for kind, one in found.strictest.hours.items()
    }
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


DAY_OF_PORTUGAL = datetime(2027, 6, 10, 11, tzinfo=UTC)  # a Thursday


def cut_section(text, heading):
    before, _heading, rest = text.partition(f"[{heading}]\n")
    return before + rest[rest.index("\n[") + 1 :]


@pytest.mark.parametrize(
    "text",
    [cut_section(EXAMPLE.read_text("utf-8"), "holidays"), 'code = "PT"\nas_of = = 2026\n'],
    ids=["none", "broken"],
)
def test_a_country_without_a_calendar_is_not_called_on_its_holidays(tmp_path, text):
    portugal = write(tmp_path, "pt.toml", text).profiles["PT"]
    hours = portugal.hours["phone", "commercial"]
    assert portugal.holidays is None
    assert not hours.include(DAY_OF_PORTUGAL)
    assert hours.include(DAY_OF_PORTUGAL + timedelta(days=1))
    assert list_without_holidays(portugal) == []


def test_a_country_whose_profile_is_gone_is_not_called_on_its_holidays():
    assert not profile_of("PT").hours["phone", "commercial"].include(DAY_OF_PORTUGAL)


def test_a_country_whose_holidays_nobody_knows_is_told(tmp_path):
    found = write(tmp_path, "ta.toml", "code = ")  # Tristan da Cunha
    assert list_without_holidays(found.profiles["TA"]) == ["TA"]
    assert found.profiles["TA"].hours["phone", "commercial"].include(DAY_OF_PORTUGAL)


@pytest.mark.parametrize(
    ("name", "text", "stands_for"),
    [
        ("uk.toml", 'code = "UK"\ncountries = ["GB"]\nas_of = = 1\n', {"GB": {"GB"}}),
        ("uk.toml", EXAMPLE.read_text("utf-8").replace('"PT"', '"UK"', 1).replace('["PT"]', '["GB"]'), {"GB": {"GB"}}),
        ("iberia.toml", 'countries = [\n  "PT", "AD",\n  "ES"]\n', {"AD": {"PT", "AD"}}),
        ("portugal.toml", 'code = "PT"\nx = = 1', {"PT": {"PT"}}),
        ("fr.toml", 'code = "FR"\ncountries = ["FR", "MC"]\nx = = 1', {"MC": {"MC"}}),
        ("uk.toml", "code = ", {}),
    ],
)
def test_a_broken_file_stands_for_the_countries_that_it_names(tmp_path, name, text, stands_for):
    found = write(tmp_path, name, text)
    made = {code: set(one.countries) for code, one in found.profiles.items() if one.origin is ProfileOrigin.STAND_IN}
    assert made == stands_for
    assert found.faults
    assert any("protects nobody" in str(fault) for fault in found.faults) == (not stands_for)


def test_a_whole_file_needs_no_stand_in_by_a_broken_one(tmp_path):
    (tmp_path / "ad.toml").write_text('countries = ["AD", "PT"]\nx = = 1', "utf-8")
    found = write(tmp_path, "pt.toml", EXAMPLE.read_text("utf-8"))
    assert (found.profiles["PT"].origin, found.profiles["AD"].countries) == (ProfileOrigin.OPERATOR, {"AD"})


def test_a_whole_file_whose_code_is_no_country_is_refused(tmp_path):
    text = EXAMPLE.read_text("utf-8").replace('"PT"', '"UK"', 1)
    found = write(tmp_path, "uk.toml", text)
    assert [fault.place for fault in found.faults] == ["code"]
    assert found.profiles["PT"].origin is ProfileOrigin.STAND_IN
