"""The command line.

Every command has help and JSON, and every fault is one clear line that says where and what to do.
"""

import argparse
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry, User
from esmero.imports.models import Import
from esmero.management.command_line import build_parser, run
from esmero.outbox.models import Captured, Message, Relay
from esmero.outbox.relay_passwords import decrypt_relay_password
from esmero.people.models import BlockedDomain
from tests.house_facts import MJML, add_people, build_house, open_dispatch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
BRAND = ["--brand", "fibra-norte"]


def leaves(parser=None, path=()):
    """Give every command as (words, its parser)."""
    parser = parser or build_parser()
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        return [(path, parser)]
    return [leaf for action in below for name, one in action.choices.items() for leaf in leaves(one, (*path, name))]


@pytest.fixture
def house():
    return build_house()


@pytest.fixture
def ask(capsys):
    """Run a command for JSON and give its facts."""

    def asked(*words, code=0):
        capsys.readouterr()
        assert run([*map(str, words), "--format", "json"]) == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return asked


@pytest.fixture
def complaint(capsys):
    """Run a command that must fail and give its one complaint."""

    def complained(*words):
        capsys.readouterr()
        assert run([*map(str, words)]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("esmero: ")
        assert "Traceback" not in err
        return err.removeprefix("esmero: ").strip()

    return complained


@pytest.mark.parametrize(("path", "parser"), leaves(), ids=[" ".join(path) for path, _ in leaves()])
def test_every_command_has_help_and_speaks_json(path, parser, capsys):
    assert run([*path, "--help"]) == 0
    said = capsys.readouterr().out
    assert parser.description
    assert "--format {text,json}" in said


def test_what_is_not_understood_is_said_with_what_there_is(capsys):
    assert run(["campain"]) == 2
    assert "campaign" in capsys.readouterr().err
    assert run([]) == 2


def test_without_a_house_the_way_to_one_is_said(complaint, monkeypatch, tmp_path):
    monkeypatch.setenv("ESMERO_HOME", str(tmp_path / "nowhere"))
    words = complaint("brand", "list")
    assert str(tmp_path / "nowhere") in words
    assert "esmero init" in words


@pytest.mark.parametrize(
    "what", ["brand", "topic", "relay", "staff", "segment", "campaign", "blocked-domain", "doubts"]
)
def test_lists_are_lists_also_when_they_are_empty(ask, what):
    assert ask(what, "list") == []


def test_from_nothing_to_a_dry_run_in_json(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("ESMERO_STAFF_PASSWORD", "a-long-password")
    facts = ["--sender-address", "hola@fibra.example", "--profile", "ES", "--public-url", "https://mail.fibra.example"]
    brand = ask("brand", "create", "fibra-norte", *facts)
    assert (brand["slug"], brand["return_domain"], brand["dkim_domain"]) == (
        "fibra-norte",
        "bounces.fibra.example",
        "fibra.example",
    )
    assert ask("topic", "create", "novedades", *BRAND)["commercial"] is True
    assert ask("relay", "create", "out", "--host", "relay.example")["port"] == 587
    assert ask("staff", "create", "Lucia@Fibra.example", "--role", "owner")["email"] == "lucia@fibra.example"
    assert ask("blocked-domain", "add", "TRASH.example")["blocked"] == ["trash.example"]
    file, letter = tmp_path / "lista.csv", tmp_path / "letter.mjml"
    file.write_text("Correo;Acepta publicidad\nana@c.example;sí\nluis@c.example;no\neva@trash.example;sí\n")
    letter.write_text(MJML)
    how = [*BRAND, "--source", "feria", "--map", "Acepta publicidad=consent"]
    dry = ask("import", file, *how, "--dry-run")
    assert (dry["dry_run"], dry["counts"]) == (
        True,
        {"added": 2, "refused": 1, "address-none": 1, "granted": 1, "withdrawn": 0},
    )
    brought = ask("import", file, *how, "--refused", tmp_path / "refused.csv")
    assert brought["counts"] == dry["counts"]
    assert brought["columns"] == {"Correo": "email", "Acepta publicidad": "consent"}
    assert "eva@trash.example" in (tmp_path / "refused.csv").read_text("utf-8-sig")
    assert ask("segment", "create", "Todos")["people"] == 2
    assert ask("segment", "count", "Todos")["people"] == 2
    assert ask("segment", "count", "--where", "domain = c.example")["people"] == 2
    words = [
        "--topic",
        "novedades",
        "--template",
        letter,
        "--subject",
        "Hola",
        "--segment",
        "Todos",
        "--reason",
        "porque sí",
    ]
    campaign = ask("campaign", "create", *BRAND, *words)
    assert campaign["state"] == "draft"
    dry = ask("campaign", "dry-run", campaign["id"])
    assert {key: dry[key] for key in ("audience", "go", "wait", "refused")} == {
        "audience": 2,
        "go": 0,
        "wait": 0,
        "refused": 2,
    }
    assert {one["code"]: one["people"] for one in dry["reasons"]} == {"G03": 1, "G10": 1}
    assert ask("campaign", "start", campaign["id"])["state"] == "planning"
    assert ask("campaign", "cancel", campaign["id"])["state"] == "cancelled"
    assert ask("campaign", "status", campaign["id"])["dry_run"]["audience"] == 2
    assert [one["id"] for one in ask("campaign", "list")] == [campaign["id"]]
    known = ask("why", "ana@c.example")
    assert [one["state"] for one in known["people"][0]["permissions"]] == ["granted"]
    assert {"brand.created", "relay.saved", "staff.saved", "campaign.started"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_the_table_of_doubts_and_the_decision(house, ask):
    dispatch = open_dispatch(house, add_people(house, 2))
    Message.objects.update(state="doubt", due_at=None)
    first, second = ask("doubts", "list")
    assert first["message_id"] == Message.objects.get(pk=first["id"]).opaque
    assert ask("doubts", "resolve", first["id"], "--sent") == {"resolved": [first["id"]], "as": "sent"}
    assert ask("doubts", "resolve", "all", "--again") == {"resolved": [second["id"]], "as": "again"}
    assert set(Message.objects.filter(dispatch=dispatch).values_list("state", flat=True)) == {"sent", "planned"}
    assert ask("why", first["id"])["events"][0]["kind"] == "resolved"


def test_mail_from_a_file_is_read_like_mail_from_the_listener(house, ask, tmp_path):
    (tmp_path / "a.eml").write_bytes(b"From: x@y.example\r\nSubject: Hola\r\n\r\nHola\r\n")
    (tmp_path / "b.eml").write_bytes(bytes(range(256)))
    read = ask("receive", tmp_path)
    assert [(one["file"], one["state"]) for one in read] == [("a.eml", "done"), ("b.eml", "done")]


def test_classifying_needs_no_house_and_changes_nothing(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("ESMERO_HOME", str(tmp_path / "nowhere"))
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "a.eml").write_bytes(b"From: x@y.example\r\nSubject: Hola\r\n\r\nHola\r\n")
    assert ask("classify", mails, "--tsv", tmp_path / "out.tsv", "--texts", tmp_path / "texts")["files"] == 1
    assert (tmp_path / "out.tsv").read_text().startswith("a.eml\t")
    assert not (tmp_path / "nowhere").exists()


def test_a_password_is_never_shown_and_never_in_clear_in_the_table(house, ask, monkeypatch):
    monkeypatch.setenv("ESMERO_RELAY_PASSWORD", "contraseña")
    shown = ask("relay", "create", "otra", "--host", "relay.example", "--username", "u")
    assert "contraseña" not in json.dumps([shown, ask("relay", "list")])
    relay = Relay.objects.get(name="otra")
    assert "contraseña" not in relay.password
    assert decrypt_relay_password(relay) == "contraseña"


def test_the_doctor_names_what_is_missing_and_the_records_to_publish(house, ask):
    facts = ask("doctor", code=1)
    found = {one["what"]: one for one in facts["findings"]}
    assert found["Nobody may change settings"]["state"] == "wrong"
    assert all(one["remedy"] for one in facts["findings"] if one["state"] != "ok")
    records = {(one["kind"], one["name"]): one["value"] for one in facts["records"]}
    assert records[("MX", "vuelta.fibranorte.example")] == "10 correo.fibranorte.example."
    assert records[("TXT", "esmero._domainkey.fibranorte.example")].startswith("v=DKIM1; k=rsa; p=")
    assert records[("TXT", "_dmarc.fibranorte.example")].startswith("v=DMARC1; p=none")
    assert ("TXT", "vuelta.fibranorte.example") in records


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost"])
def test_an_mx_record_never_names_an_address(house, ask, url):
    house.brand.public_url = url
    house.brand.save()
    assert "10 HOST-OF-THIS-MACHINE." in [one["value"] for one in ask("doctor", code=1)["records"]]


LIST = "Correo;Nombre\nana@c.example;Ana\n"


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (b"PK\x03\x04 workbook", [], "This workbook is broken"),
        (b"\x01\x02\x03\x04" * 90, [], "not text"),
        (b"", [], "The file is empty"),
        ("Correo;Ñ\n".encode() * 30 + b"ana@c.example;\xff\n", [], "Line 31"),
        (b'Correo;Nombre\nana@c.example;"Ana\n', [], "Line 2: A quotation mark is opened here"),
        (LIST, ["--map", "Correo=email", "--map", "CORREO=number"], "A column is mapped twice"),
        (LIST, ["--map", "Correo=email", "--map", "Nombre=email"], ""),
        (LIST, ["--map", "Correo=given_name"], ""),
        (LIST, ["--map", "Correo=zapatos"], "“zapatos” is no field. Fields: number, email"),
        (LIST, ["--map", "Apellido=family_name"], "no column “Apellido”. Its columns: Correo, Nombre"),
        (LIST, ["--map", "Correo"], "“Correo” is not COLUMN=FIELD"),
        (LIST, ["--topic", "nada"], "There is no topic “nada” of fibra-norte. There is: novedades"),
        (LIST, ["--report", "/nowhere/at/all.tsv"], "no folder /nowhere/at"),
        (LIST, ["--source", " "], "Say where the list is from"),
        (LIST, ["--source", "x" * 301], "at most 300 characters"),
    ],
)
def test_a_wrong_list_or_mapping_is_one_line_and_nothing_is_left(house, complaint, tmp_path, content, words, said):
    file = tmp_path / "lista.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    command = ["import", file, *BRAND, "--source", "feria", *words]
    if not said:  # several columns may hold addresses, and a guess gives way
        assert run([*map(str, command)]) == 0
        return
    assert said in complaint(*command)
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import", "/nowhere.csv", *BRAND, "--source", "x"], "There is no file /nowhere.csv"),
        (["topic", "create", "x", "--brand", "otra"], "There is no brand “otra”. There is: fibra-norte"),
        (["topic", "create", "novedades", *BRAND], "already exists"),
        (["brand", "create", "x", "--sender-address", "nadie"], "sender_address"),
        (["brand", "create", "x", "--sender-address", "a@b.example", "--name", "a\nb"], "name holds a line break"),
        (["relay", "create", "r"], "A relay needs --host"),
        (["relay", "create", "r", "--host", "h", "--port", "99999"], "--port 99999: give a number from 1 to 65,535"),
        (["relay", "create", "r", "--host", "h", "--username", "u"], "No password for the relay"),
        (["staff", "create", "a@b.example"], "No password: set ESMERO_STAFF_PASSWORD"),
        (["blocked-domain", "add", "foo"], "has no dot in it"),
        (["blocked-domain", "remove", "foo.example"], "Not on the list: foo.example"),
        (["segment", "count", "Nadie"], "There is no segment “Nadie”"),
        (["segment", "create", "X", "--where", "zapatos > 3"], "zapatos"),
        (["campaign", "start", "77"], "There is no campaign 77"),
        (["send-test", "77", "--to", "a@b.example"], "There is no campaign 77"),
        (["why", "77"], "There is no message “77”"),
        (["why", "nadie@c.example"], "Nothing is known of nadie@c.example"),
        (["doubts", "resolve", "5", "--sent"], "Message 5 is not in doubt"),
        (["receive", "/nowhere"], "/nowhere"),
        (["classify", "/nowhere", "--tsv", "x", "--texts", "y"], "/nowhere is not a folder"),
        (["worker", "--processes", "0"], "at least one worker"),
    ],
)
def test_other_faults_are_one_line_with_the_remedy(house, complaint, words, said):
    assert said in complaint(*words)


@pytest.mark.parametrize(
    ("mjml", "subject", "said"),
    [
        (MJML, "Hola {{ zapatos }}", "the field “zapatos” does not exist"),
        (MJML.replace("given_name", "given_nam"), "Hola", "the field “given_nam” does not exist. Write “given_name”"),
        ("<mjml><mj-body>", "Hola", "The template cannot be used"),
        (b"\xff\xfe<mjml>", "Hola", "is not UTF-8"),
        (None, "Hola", "letter.mjml"),
    ],
)
def test_a_template_that_cannot_be_used_is_said_with_its_place(house, complaint, tmp_path, mjml, subject, said):
    letter = tmp_path / "letter.mjml"
    if mjml is not None:
        letter.write_bytes(mjml if isinstance(mjml, bytes) else mjml.encode())
    assert run(["segment", "create", "Todos"]) == 0
    words = ["--topic", "novedades", "--template", letter, "--subject", subject, "--segment", "Todos", "--reason", "x"]
    assert said in complaint("campaign", "create", *BRAND, *words)


def test_a_campaign_without_relay_reason_or_dry_run_does_not_start(house, complaint, tmp_path):
    letter = tmp_path / "letter.mjml"
    letter.write_text(MJML)
    assert run(["segment", "create", "Todos"]) == 0
    words = ["--topic", "novedades", "--template", str(letter), "--subject", "Hola", "--segment", "Todos"]
    for reason in (" ", "porque sí"):
        assert run(["campaign", "create", *BRAND, *words, "--reason", reason]) == 0
    from esmero.campaigns.models import Campaign

    without, good = Campaign.objects.order_by("id").values_list("pk", flat=True)
    assert "the reason from the customer’s side" in complaint("campaign", "dry-run", without)
    assert "Run the dry run first" in complaint("campaign", "start", good)
    assert run(["campaign", "dry-run", str(good)]) == 0
    Relay.objects.all().delete()
    assert "esmero relay create" in complaint("campaign", "start", good)
    assert "nothing to pause" in complaint("campaign", "pause", good)


def test_a_dry_run_whose_command_was_killed_is_finished_by_the_next(house, ask, tmp_path):
    from esmero.campaigns.lifecycle import begin_dry_run
    from esmero.campaigns.models import Campaign

    add_people(house, 3)
    letter = tmp_path / "letter.mjml"
    letter.write_text(MJML)
    ask("segment", "create", "Todos")
    words = ["--topic", "novedades", "--template", letter, "--subject", "Hola", "--segment", "Todos", "--reason", "x"]
    pk = ask("campaign", "create", *BRAND, *words)["id"]
    begin_dry_run(Campaign.objects.get(pk=pk), by="command line")
    assert ask("campaign", "dry-run", pk)["go"] == 3


def test_changing_a_log_in_without_a_word_about_the_role_keeps_it(house, ask, monkeypatch):
    monkeypatch.setenv("ESMERO_STAFF_PASSWORD", "a-long-password")
    ask("staff", "create", "a@b.example", "--role", "manager", "--language", "fr")
    ask("staff", "create", "a@b.example", "--name", "Aïcha")
    user = User.objects.get()
    assert (user.role, user.language, user.name) == ("manager", "fr", "Aïcha")


def test_blocked_domains_come_and_go(house, ask):
    ask("blocked-domain", "add", "ban.example", ".BAN.example", "ñ.example", "--note", "basura")
    assert {one["domain"] for one in ask("blocked-domain", "list")} == {
        "ban.example",
        ".ban.example",
        "xn--ida.example",
    }
    ask("blocked-domain", "remove", ".ban.example")
    assert BlockedDomain.objects.count() == 2


def test_a_dry_run_of_the_terms_counts_and_changes_nothing(house, ask):
    Captured.objects.create(return_path="r", recipient="x", body=b"", at=timezone.now() - timedelta(days=60))
    counted = {one["rule"]: one["would go"] for one in ask("privacy", "retention", "--dry-run")}
    assert counted["caught-mail"] == 1
    assert Captured.objects.count() == 1
    gone = {one["rule"]: one["gone"] for one in ask("privacy", "retention")}
    assert gone == counted
    assert not Captured.objects.exists()
    assert AuditEntry.objects.get(action="retention.done").actor_name == "command line"


def test_a_file_of_people_needs_a_reason_and_is_written_down(house, ask, complaint, tmp_path):
    add_people(house, 3)
    file = tmp_path / "people.csv"
    assert "--reason" in complaint("privacy", "people", file, "--reason", " ")
    assert not file.exists()
    assert ask("privacy", "people", file, "--reason", "Audit of 2026")["people"] == 3
    assert "persona1@cliente.example" in file.read_text("utf-8-sig")
    assert file.stat().st_mode & 0o077 == 0
    assert AuditEntry.objects.get(action="people.exported").facts["reason"] == "Audit of 2026"
    assert "already" in complaint("privacy", "people", file, "--reason", "Audit of 2026")
