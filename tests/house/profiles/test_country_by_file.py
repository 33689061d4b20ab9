"""A house with a Portuguese profile that is made by a file alone: processes, commands, gate, terms, holidays, rates."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house_facts import MJML

EXAMPLE = Path(__file__).parents[3] / "docs" / "admin" / "pt.toml"
# 10 June is the Day of Portugal, 9 June a Wednesday; a call at 11 h on the holiday waits for the next morning.
QUESTIONS = """
import json
from datetime import UTC, date, datetime
from esmero.house.jurisdictions import legal_clock, is_ordinary_rate, profile_of
from esmero.house.profiles.profile import find_tax_rate
from esmero.people.gate_facts import find_residence
from esmero.policy.quiet_hours import quiet_until
from esmero.privacy.retention import current_terms
PHONES = ("+351760123456", "+351 21 123 45 67", "707 123 456")
portugal = profile_of("PT")
home = find_residence(country="PT", brand_zone="Europe/Madrid", brand_profile="PT")
opening = quiet_until(home, at=datetime(2027, 6, 10, 10, tzinfo=UTC), channel="phone", kind="commercial")
print(json.dumps({
    "zone": home.zone.key,
    "opening": opening.isoformat(),
    "rate": str(find_tax_rate(portugal, kind="standard", on=date(2026, 1, 1)).percent),
    "complaint": legal_clock("PT", name="complaint").last_day(date(2027, 6, 9), holidays=portugal.holidays).isoformat(),
    "withdrawal": portugal.withdrawal["unsolicited-visit"].days,
    "ordinary": [one for one in PHONES if is_ordinary_rate(one, code="PT")],
    "audit": current_terms()["audit"].longest,
    "authority": portugal.authority,
}))
"""


@pytest.fixture
def house(tmp_path):
    home = tmp_path / "house"
    (home / "profiles").mkdir(parents=True)
    shutil.copy(EXAMPLE, home / "profiles" / "pt.toml")
    environment = {**os.environ, "ESMERO_HOME": str(home), "ESMERO_QUIET_HOURS": "1", "ESMERO_DATABASE_URL": ""}

    def run(*words, code=0, program=("-m", "esmero")):
        done = subprocess.run(
            [sys.executable, *program, *map(str, words)], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == code, done.stderr
        return done.stdout

    def ask(*words, code=0):
        return json.loads(run(*words, "--format", "json", code=code))

    run("init")
    return home, run, ask


@pytest.mark.slow
def test_a_country_needs_a_file_and_no_code(house, tmp_path):
    home, run, ask = house
    facts = [
        "--sender-address",
        "ola@fibra.example",
        "--phone",
        "+351 21 123 45 67",
        "--postal-address",
        "Rua 1, Lisboa",
    ]
    facts += ["--public-url", "https://correio.fibra.example", "--timezone", "Europe/Lisbon"]
    assert ask("brand", "create", "fibra", *facts, "--profile", "PT")["profile"] == "PT"
    ask("topic", "create", "novidades", "--brand", "fibra")
    ask("relay", "create", "out", "--host", "relay.example")
    people, letter = tmp_path / "pessoas.csv", tmp_path / "letter.mjml"
    people.write_text("email;nome;pais;aceita\nana@c.example;Ana;PT;yes\nrui@c.example;Rui;PT;no\n", "utf-8")
    letter.write_text(MJML)
    mapping = ["--map", "nome=given_name", "--map", "pais=country", "--map", "aceita=consent"]
    brought = ask("import", people, "--brand", "fibra", "--source", "feira", *mapping)
    assert brought["counts"]["granted"] == 1
    ask("segment", "create", "Todos")
    words = ["--topic", "novidades", "--template", letter, "--subject", "Olá", "--segment", "Todos", "--reason", "sim"]
    campaign = ask("campaign", "create", "--brand", "fibra", *words)
    dry = ask("campaign", "dry-run", campaign["id"])
    assert dry["audience"] == 2
    assert {one["code"]: one["people"] for one in dry["reasons"]}["G03"] == 1  # Rui gave no permission
    assert "G10" not in {one["code"] for one in dry["reasons"]}  # the number is at ordinary rate there
    told = json.loads(
        run(program=("-c", f"from esmero.management.django_setup import start_django; start_django()\n{QUESTIONS}"))
    )
    assert told == {
        "zone": "Europe/Lisbon",
        "opening": "2027-06-11T09:00:00+00:00",
        "rate": "23",
        "complaint": "2027-07-01",
        "withdrawal": 30,
        "ordinary": ["+351 21 123 45 67"],
        "audit": 1095,
        "authority": "Comissão Nacional de Proteção de Dados",
    }
    assert not [one for one in ask("doctor", code=1)["findings"] if "profile" in one["what"]]
    file = home / "profiles" / "pt.toml"
    file.write_text(file.read_text("utf-8").replace("days = 30", "days = 3"), "utf-8")
    line = file.read_text("utf-8").splitlines().index("days = 3") + 1
    found = [one for one in ask("doctor", code=1)["findings"] if "pt.toml" in one["what"]]
    assert [(one["state"], f"line {line}" in one["what"], bool(one["remedy"])) for one in found] == [
        ("wrong", True, True)
    ]
    dry = ask("campaign", "dry-run", campaign["id"])  # consent holds under the strictest values, too
    assert {one["code"]: one["people"] for one in dry["reasons"]}["G03"] == 1
    file.unlink()
    found = [
        one["what"] for one in ask("doctor", code=1)["findings"] if one["state"] == "wrong" and "PT" in one["what"]
    ]
    assert found == ["Brand fibra has the profile PT, which does not exist: the strictest values hold"]
