"""An exclusion list silences addresses and customer numbers for a brand, line by line, and can be taken back."""

import pytest
from django.utils import timezone

from esmero.house.models import Brand
from esmero.imports import run as work
from esmero.imports.files.problem import MappingProblem
from esmero.imports.lifecycle import begin_unchecked, begin_undo, create_import
from esmero.management.command_line import run
from esmero.people.addresses.suppression import find_suppressions, lift_suppressions
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason
from esmero.people.gate_facts import provide_addresses
from esmero.people.models import ExclusionLine, Person, Suppression
from esmero.rounds.import_kinds import EXCLUSIONS
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from tests.database_rows import assert_same, read_rows
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
LIST = ("Nº cliente;Correo", ";ada@c.example", ";<ADA@c.example>", "77;", ";no tiene;", ";ada at c", "78;bea@c.example")


@pytest.fixture
def house():
    return build_house()


def bring(house, *lines, scope="commercial", dry_run=False):
    brought = create_import(
        "\r\n".join(lines).encode(), kind=EXCLUSIONS, name="robinson.csv", brand=house.brand, by="Lucía"
    )
    brought = begin_unchecked(
        brought, kind=EXCLUSIONS, choices={}, options={"scope": scope}, source="Lista Robinson", dry_run=dry_run,
        by="Lucía",
    )  # fmt: skip
    job = run_to_end(brought.job, kinds=JOBS, worker="test")
    assert job.state == "done", job.trouble
    brought.refresh_from_db()
    return brought


def take_back(brought):
    job = run_to_end(begin_undo(brought, kind=EXCLUSIONS, by="Lucía").job, kinds=JOBS, worker="test")
    assert job.state == "done", job.trouble


def verdicts(brought):
    rows = ExclusionLine.objects.filter(of=brought).order_by("line")
    return list(rows.values_list("line", "verdict", "reason", "cell"))


def judged(house, person):
    reason = DispatchReason(
        brand=house.brand, message_class="service", channel="email", purpose=house.topic.purpose, topic=house.topic,
        words={}, dispatch_id=None,
    )  # fmt: skip
    (facts,) = provide_addresses([AddressedPerson(person.pk, person.address.value)], reason=reason).values()
    return facts.suppression and (facts.suppression.scope, facts.suppression.reason)


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_each_line_has_a_verdict_and_the_dry_run_says_the_same(house, monkeypatch, chunk):
    monkeypatch.setattr(work, "CHUNK", chunk)
    before = read_rows()
    dry = bring(house, *LIST, dry_run=True)
    assert_same(before, read_rows())
    real = bring(house, *LIST)
    assert verdicts(dry) == verdicts(real)
    assert verdicts(real) == [
        (2, "added", "", ""), (3, "merged", "", ""), (4, "added", "", ""), (5, "refused", "no-identity", ""),
        (6, "refused", "no-identity", "Correo: ada at c"), (7, "added", "", ""),
    ]  # fmt: skip
    assert dry.counts == real.counts == {"added": 3, "merged": 1, "refused": 2, "suppressed": 4}
    assert verdicts(bring(house, *LIST))[0][1] == "unchanged"


def test_the_suppression_names_its_source_and_binds_its_brand_alone(house):
    other = Brand.objects.create(slug="otra", name="Otra", sender_address="o@o.example")
    bring(house, *LIST)
    found = find_suppressions(["ada@c.example"], brand=house.brand.pk)["ada@c.example"]
    assert (found.scope, found.reason) == ("commercial", "exclusion-list")
    assert found.evidence == "Lista Robinson · robinson.csv line 2"
    assert not find_suppressions(["ada@c.example"], brand=other.pk)
    assert not Suppression.objects.filter(hash__contains="ada@").exists()


def test_a_number_silences_its_person_whatever_their_address_is(house):
    known, later, free = add_people(house, 3)
    Person.objects.filter(pk=known.pk).update(number="77")
    assert judged(house, known) is None
    brought = bring(house, "Nº cliente", "77", "99", scope="all")
    assert judged(house, known) == ("all", "exclusion-list")
    assert judged(house, later) is None
    Person.objects.filter(pk=later.pk).update(number="99")
    assert judged(house, later) == ("all", "exclusion-list")
    assert judged(house, free) is None
    take_back(brought)
    assert judged(house, known) is judged(house, later) is None


def test_taken_back_the_house_is_as_it_was_to_the_row(house):
    bring(house, "Correo", "ada@c.example")
    before = read_rows()
    take_back(bring(house, *LIST))
    assert_same(before, read_rows())


def test_an_exclusion_that_was_lifted_since_stays_as_history(house):
    brought = bring(house, *LIST)
    lift_suppressions("ada@c.example", at=timezone.now())
    take_back(brought)
    assert dict(ExclusionLine.objects.filter(of=brought).exclude(undo="").values_list("line", "undo")) == {
        2: "changed-since: lifted", 4: "undone", 7: "undone",
    }  # fmt: skip
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(
    ("head", "scope", "code"),
    [("Correo", "", "exclusion-scope-missing"), ("Zapatos", "all", "exclusion-without-column")],
)
def test_without_scope_or_column_nothing_is_queued(house, head, scope, code):
    with pytest.raises(MappingProblem, match=f"^{code} "):
        bring(house, head, "x", "y", "z", scope=scope)
    assert not Suppression.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_by_the_command_line_with_dry_run_report_and_undo(house, tmp_path, capsys):
    file, report = tmp_path / "robinson.csv", tmp_path / "report.tsv"
    file.write_text("\n".join(LIST))
    words = ["import", str(file), "--as", "exclusions", "--brand", "fibra-norte", "--source", "Robinson"]
    assert run([*words, "--dry-run"]) == 0
    assert not Suppression.objects.exists()
    assert run([*words, "--report", str(report), "--scope", "all"]) == 0
    assert set(Suppression.objects.values_list("scope", flat=True)) == {"all"}
    assert report.read_text().splitlines()[:2] == ["line\tverdict\treason", "2\tadded\t"]
    number = str(ExclusionLine.objects.latest("id").of_id)
    capsys.readouterr()
    assert run(["import", "undo", number, "--dry-run"]) == 0
    assert Suppression.objects.count() == 4
    assert "4 suppressions-removed" in capsys.readouterr().out
    assert run(["import", "undo", number]) == 0
    assert not Suppression.objects.exists()
    assert run(["import", "undo", "4711"]) == 1
    assert "no import 4711" in capsys.readouterr().err
    assert run(["import", str(file)]) == 1
