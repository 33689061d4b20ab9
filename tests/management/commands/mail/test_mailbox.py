import json

import pytest

from esmero.house.models import AuditEntry
from esmero.mailroom.models import Inbound, Mailbox
from esmero.management.command_line import run as run_line
from esmero.outbox.relay_passwords import decrypt_password
from tests.mailroom.arriving.channels.imap_server import ImapServer

pytestmark = pytest.mark.django_db(transaction=True)


def run(capsys, *words):
    code = run_line(["mailbox", *words, "--format", "json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if code == 0 else err


def test_make_check_and_list(capsys, monkeypatch):
    monkeypatch.setenv("ESMERO_MAILBOX_PASSWORD", "geheim")
    with ImapServer({"INBOX": [b"a"], "Spam": []}) as server:
        made = ["create", "returns", "--host", "127.0.0.1", "--port", str(server.port), "--security", "none"]
        code, facts = run(capsys, *made, "--username", "ana", "--folder", "INBOX", "--folder", "Spam")
        assert code == 0
        assert "geheim" not in json.dumps(facts)
        assert decrypt_password(Mailbox.objects.get().secret) == "geheim"
        assert AuditEntry.objects.get().action == "mailbox.saved"
        assert run(capsys, "check", "returns") == (0, {"name": "returns", "folders": {"INBOX": 1, "Spam": 0}})
        assert not Inbound.objects.exists()
        assert run(capsys, "list")[1][0]["name"] == "returns"
    code, words = run(capsys, "check", "returns")
    assert code == 1
    assert "127.0.0.1" in words
    assert run(capsys, *made, "--username", "ana", "--off")[0] == 0
    mailbox = Mailbox.objects.get()
    assert (mailbox.folders, mailbox.active) == (["INBOX"], False)


def test_an_unknown_one_is_told(capsys):
    code, words = run(capsys, "check", "nadie")
    assert code == 1
    assert "mailbox list" in words
