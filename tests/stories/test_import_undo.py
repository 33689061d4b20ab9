"""Three lists of a telecom, one upon the other, each killed and brought twice; then taken back, killed again.

After each undo every row of every table is as it was before that list.
"""

import csv
import os
import signal
import subprocess
import sys
from collections import Counter

import pytest

from tests.corpus import CORPUS, TOOLS, needs
from tests.stories.houses import once
from tests.stories.test_import_kill import command, make_house

TELCO = CORPUS / "telco-churn"
CHURN = TELCO / "WA_Fn-UseC_-Telco-Customer-Churn.csv"
SEEDS = ("", "7", "20270101")
LINES = 7043 if os.environ.get("SIZE") == "full" else 1300
# What imports and their undo tell about themselves.
TRACES = {
    "esmero_import", "esmero_personline", "esmero_job", "esmero_storedfile", "esmero_auditentry", "esmero_happening",
    "esmero_happeningdelivery", "sqlite_sequence",
}  # fmt: skip


def write_seed(folder, seed):
    """Write the first lines of a list and of its truth; "" is the list of the corpus."""
    file, truth = TELCO / "clientes.csv", TELCO / "clientes.truth.tsv"
    if seed:
        file, truth = folder / f"whole-{seed}.csv", folder / f"whole-{seed}.tsv"
        tool = str(TOOLS / "make_telco_contacts.py")
        subprocess.run([sys.executable, tool, str(CHURN), str(file), str(truth), seed], check=True)
    part = folder / f"clientes-{seed}.csv"
    part.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[: LINES + 1]))
    with truth.open(encoding="utf-8", newline="") as rows:
        return part, [row for row in csv.DictReader(rows, delimiter="\t") if int(row["line"]) <= LINES + 1]


def read_house(house):
    """Return every row of every table but those of TRACES, as SQLite holds them.

    An FTS5 index is read through its virtual table: its segments depend on the order of the writes.
    """
    told = dict(house.ask("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"))
    virtual = [name for name, sql in told.items() if sql.startswith("CREATE VIRTUAL TABLE")]
    parts = {f"{name}_{part}" for name in virtual for part in ("config", "content", "data", "docsize", "idx")}
    tables = [name for name in told if name not in parts]
    return {name: house.ask(f"SELECT * FROM {name} ORDER BY 1") for name in tables if name not in TRACES}


def kill_at(house, words, *, job, done):
    """Start a command and kill it when its job has done so many lines."""
    process = house.start(*words)
    question = f"SELECT done FROM esmero_job WHERE kind = '{job}' ORDER BY id DESC LIMIT 1"
    before = house.ask("SELECT count(*) FROM esmero_job WHERE kind = '" + job + "'")
    while process.poll() is None:
        started = house.ask("SELECT count(*) FROM esmero_job WHERE kind = '" + job + "'") > before or done > 500
        if started and house.ask(question) and house.ask(question)[0][0] >= done:
            break
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"


@once
@pytest.mark.slow
@pytest.mark.long
@pytest.mark.corpus
@needs("telco-churn")
@pytest.mark.skipif(not (TOOLS / "make_telco_contacts.py").is_file(), reason=f"{TOOLS} holds no make_telco_contacts.py")
def test_each_list_is_taken_back_to_the_row(tmp_path):
    house = make_house(tmp_path / "house")
    states, numbers = [read_house(house)], []
    for seed in SEEDS:
        file, truth = write_seed(tmp_path, seed)
        words = command(file, tmp_path / "report.tsv")
        kill_at(house, words, job="import", done=500)
        house.run(*words)
        compare(tmp_path / "report.tsv", truth, is_first=not seed)
        numbers.append(house.ask("SELECT max(id) FROM esmero_import")[0][0])
        states.append(read_house(house))
        house.run(*words)
        assert read_house(house) == states[-1], "the same list again changes nothing"
    for number, after, before in zip(reversed(numbers), states[:0:-1], states[-2::-1], strict=True):
        assert after != before
        kill_at(house, ("import", "undo", number), job="import-undo", done=500)
        house.run("import", "undo", number)
        now = read_house(house)
        for table, rows in before.items():
            assert now[table] == rows, table
        assert house.ask(f"SELECT state FROM esmero_import WHERE id = {number}") == [("undone",)]
        assert house.ask(f"SELECT DISTINCT undo FROM esmero_personline WHERE of_id = {number} AND undo != ''") == [
            ("undone",)
        ]


def compare(report, truth, *, is_first):
    """Compare every line with what the maker of the list says; in a later list known people are changed, not added."""
    with report.open(encoding="utf-8", newline="") as file:
        got = list(csv.DictReader(file, delimiter="\t"))
    assert len(got) == len(truth)
    names = ("line", "verdict", "address") if is_first else ("line", "address")
    assert [[row[name] for name in names] for row in got] == [[row[name] for name in names] for row in truth]
    if not is_first:
        kinds = Counter(row["verdict"] for row in got)
        wanted = Counter(row["verdict"] for row in truth)
        assert {name: kinds[name] for name in ("merged", "refused")} == {
            name: wanted[name] for name in ("merged", "refused")
        }
