"""The 7,043 customers of a telecom, from the office's spreadsheet to the dry run: every line, person and reason."""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Count

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.imports.models import Import
from esmero.management.command_line import run
from esmero.people.models import (
    ContactPoint,
    CustomField,
    Permission,
    PermissionEntry,
    Person,
)
from tests.corpus import CORPUS, TOOLS, needs
from tests.house_facts import MJML, build_house
from tests.stories import plain_reasons

TELCO = CORPUS / "telco-churn"
CLIENTS, TRUTH = TELCO / "clientes.csv", TELCO / "clientes.truth.tsv"
CHURN = TELCO / "WA_Fn-UseC_-Telco-Customer-Churn.csv"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corpus, pytest.mark.slow, needs("telco-churn")]

REASON = {"G02": "no-address", "G03": "no-consent", "G04": "withdrawn", "G08": "twice", "": "go"}


def bring(file, *words):
    """Bring a list in as the README says, and give the counts by verdict."""
    assert run(["import", str(file), "--brand", "fibra-norte", "--source", "Exportación de la oficina", *words]) == 0
    return Import.objects.latest("id").counts


def bring_clients(file, *words):
    return bring(file, "--map", "¿Acepta publicidad?=consent", *words)


def read_tsv(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def everything():
    """All that an import may write, without the rows about imports themselves."""
    people = Person.objects.order_by("id").values_list(
        "id", "number", "given_name", "family_name", "language", "address__value", "fields", "changed_at"
    )
    ledger = PermissionEntry.objects.order_by("id").values_list("id", "person", "act", "at", "source", "proof_place")
    points = ContactPoint.objects.order_by("id").values_list("id", "person", "kind", "value")
    return list(people), list(ledger), list(points)


def compare(report, truth):
    """Compare line by line, column by column, with what the list's maker says."""
    wanted, got = read_tsv(truth), read_tsv(report)
    assert len(got) == len(wanted)
    for column in ("line", "id", "verdict", "address", "shared", "commercial"):
        wrong = [(w, g) for w, g in zip(wanted, got, strict=True) if w[column] != g[column]]
        assert not wrong, f"{column}: {len(wrong)} differ, the first: {wrong[0]}"
    return got


def dry_run(tmp_path):
    letter = tmp_path / "letter.mjml"
    letter.write_text(MJML)
    assert run(["segment", "create", "Todos"]) == 0
    words = ["--topic", "novedades", "--template", str(letter), "--subject", "Hola", "--segment", "Todos"]
    assert run(["campaign", "create", "--brand", "fibra-norte", *words, "--reason", "usted es cliente"]) == 0
    campaign = Campaign.objects.get()
    assert run(["campaign", "dry-run", str(campaign.pk)]) == 0
    campaign.refresh_from_db()
    return campaign


def test_the_list_the_table_and_the_dry_run(tmp_path):
    build_house()
    report = tmp_path / "report.tsv"
    bring_clients(CLIENTS, "--report", str(report))
    reading = Import.objects.get().reading
    assert (reading["dialect"]["encoding"], reading["dialect"]["delimiter"]) == ("cp1252", ";")
    may = [line for line in compare(report, TRUTH) if line["commercial"] == "1"]
    assert (len(may), len({line["id"] for line in may})) == (4064, 4051)
    check_proofs()

    before = everything()
    counts = bring_clients(CLIENTS)
    assert {counts.get(verdict, 0) for verdict in ("added", "changed")} == {0}
    assert counts["unchanged"] == 7043
    assert everything() == before

    assert bring(CHURN)["changed"] == 7043
    check_churn()
    before = everything()
    assert bring(CHURN)["unchanged"] == 7043
    assert everything() == before

    campaign = dry_run(tmp_path)
    plain = plain_reasons.reasons(CLIENTS)
    found = dict(AudienceMember.objects.filter(campaign=campaign).values_list("person__number", "first"))
    assert {number: REASON[code] for number, code in found.items()} == plain
    counted = Counter(plain.values())
    assert campaign.counts == {
        "audience": 7043, "go": 3996, **{code: counted[reason] for code, reason in REASON.items() if code}
    }  # fmt: skip
    assert counted["go"] == 3996


def check_proofs():
    """Each permission names its wording, version, source, file and line; nobody has one whom the list gives none."""
    entries = PermissionEntry.objects.select_related("proof")
    assert {(one.source, one.proof.name) for one in entries} == {("Exportación de la oficina", "clientes.csv")}
    assert all(one.proof_place.startswith("line ") for one in entries)
    granted = [one for one in entries if one.act == "granted"]
    assert {one.wording_version for one in granted} == {"v1", "v2"}
    assert {one.wording for one in granted} == {
        "Quiero recibir ofertas y novedades de Fibra Norte por correo electrónico.",
        "Sí, escríbanme como mucho una vez al mes con novedades de Fibra Norte.",
    }
    states = dict(Permission.objects.values_list("state").annotate(Count("id")))
    assert states["granted"] >= 4051


def check_churn():
    """Compare the twenty fields with the table as the standard library reads it."""
    with CHURN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = dict(CustomField.objects.values_list("key", "kind"))
    assert Counter(kinds.values()) == {"boolean": 6, "choice": 11, "integer": 1, "decimal": 2}
    people = dict(Person.objects.values_list("number", "fields"))
    assert people.keys() == {row["customerID"] for row in rows}
    own = {
        name: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")
        for name in rows[0]
    }
    own |= {"StreamingTV": "streaming_tv"}
    read = {"boolean": lambda text: text in {"Yes", "1"}, "integer": int, "decimal": float, "choice": str}
    for row in rows:
        number = row.pop("customerID")
        said = {own[name]: text for name, text in row.items() if text.strip()}
        assert people[number] == {key: read[kinds[key]](text) for key, text in said.items()}, number
    assert sum(len(fields) == 19 for fields in people.values()) == 11, "a blank TotalCharges stays empty"


def test_consent_that_nobody_confirmed_counts_for_nothing(tmp_path):
    build_house()
    report = tmp_path / "report.tsv"
    bring(CLIENTS, "--report", str(report))
    assert not PermissionEntry.objects.filter(act="granted").exists()
    assert {line["commercial"] for line in read_tsv(report)} == {"0"}
    left = sum(bool(row["Fecha baja publicidad"]) for row in read_clients())
    assert PermissionEntry.objects.filter(act="withdrawn").count() == left, "what takes away needs no confirmation"


def read_clients():
    with CLIENTS.open(encoding="cp1252", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return list({row["Nº cliente"]: row for row in rows if row["Nº cliente"]}.values())


@pytest.mark.skipif(not (TOOLS / "make_telco_contacts.py").is_file(), reason=f"{TOOLS} holds no make_telco_contacts.py")
@pytest.mark.long
@pytest.mark.parametrize("seed", ["7", "20270101"])
def test_another_seed_of_the_same_mess(tmp_path, seed):
    file, truth, report = (tmp_path / name for name in ("clientes.csv", "truth.tsv", "report.tsv"))
    tool = str(TOOLS / "make_telco_contacts.py")
    subprocess.run([sys.executable, tool, str(CHURN), str(file), str(truth), seed], check=True)
    build_house()
    bring_clients(file, "--report", str(report))
    compare(report, truth)
    campaign = dry_run(tmp_path)
    found = dict(AudienceMember.objects.filter(campaign=campaign).values_list("person__number", "first"))
    assert {number: REASON[code] for number, code in found.items()} == plain_reasons.reasons(file)
