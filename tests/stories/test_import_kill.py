"""An import by the command line, killed again and again.

Said once more, it goes on, and ends as if nothing had happened.
"""

import random
import signal

import pytest

from tests.foundation import lay
from tests.stories.houses import OwnHouse, once

NUMBER = 2600
TABLES = {
    "people": "SELECT p.number, p.given_name, p.language, a.value, p.fields FROM esmero_person p "
    "LEFT JOIN esmero_address a ON a.id = p.address_id ORDER BY p.id",
    "ledger": "SELECT p.number, e.act, e.at, e.proof_place FROM esmero_permissionentry e "
    "JOIN esmero_person p ON p.id = e.person_id ORDER BY e.id",
    "lines": "SELECT line, verdict, address_verdict FROM esmero_personline ORDER BY line",
    "imports": "SELECT state, counts FROM esmero_import",
}


def write_list(path):
    rng = random.Random(3)
    lines = ["Nº cliente;Nombre;Correo;Idioma;Fecha alta;¿Acepta publicidad?;Fecha baja;Tarifa"]
    for n in range(NUMBER):
        box = rng.choice(
            [f"p{n}@cliente.example", f"p{n - 1}@cliente.example", f"P{n}@CLIENTE.example ", "no tiene", ""]
        )
        left = rng.choice(["", "", "03/05/2026"])
        said = rng.choice(["sí", "no", ""])
        lines.append(f"{n // 2 if n % 50 == 1 else n};Íñigo {n};{box};es;02/04/2025;{said};{left};{n % 7}")
    path.write_bytes("\r\n".join(lines).encode("cp1252"))


def make_house(home):
    house = OwnHouse(home)
    house.run("init")
    house.run("brand", "create", "fibra", "--sender-address", "hola@fibra.example", "--profile", "ES")
    house.run("topic", "create", "novedades", "--brand", "fibra")
    return house


def command(file, report):
    how = ("--brand", "fibra", "--source", "oficina", "--map", "¿Acepta publicidad?=consent")
    return ("import", file, *how, "--report", report)


@once
@pytest.mark.slow
def test_killed_and_said_again_it_ends_as_if_nothing_had_happened(tmp_path):
    file = tmp_path / "clientes.csv"
    write_list(file)
    begun = make_house(tmp_path / "begun")
    calm, shaken = (OwnHouse(lay(tmp_path / name, of=begun.home)) for name in ("calm", "shaken"))
    calm.run(*command(file, tmp_path / "calm.tsv"))
    for at_least in (500, 1500):
        process = shaken.start(*command(file, tmp_path / "shaken.tsv"))
        while process.poll() is None and not shaken.ask(f"SELECT 1 FROM esmero_job WHERE done >= {at_least}"):
            pass
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
    done = shaken.ask("SELECT count(*) FROM esmero_personline")[0][0]
    assert 1500 <= done < NUMBER, "it was killed in the middle"
    shaken.run(*command(file, tmp_path / "shaken.tsv"))
    assert (tmp_path / "shaken.tsv").read_text() == (tmp_path / "calm.tsv").read_text()
    for name, question in TABLES.items():
        assert shaken.ask(question) == calm.ask(question), name
    told = shaken.run(*command(file, tmp_path / "again.tsv"))
    assert " added" not in told
    assert " changed" not in told
    for name in ("people", "ledger"):
        assert shaken.ask(TABLES[name]) == calm.ask(TABLES[name]), name
