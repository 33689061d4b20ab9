"""A mailbox is tried out step by step against a real socket, with and without TLS; each fault says what to do."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from esmero.mailroom.arriving.channels import imap_connection, mailbox_settings, mailbox_test
from esmero.mailroom.arriving.channels.mailbox_test import check_mailbox, store_check
from esmero.mailroom.models import Mailbox, MailboxFolder
from esmero.outbox.relay_passwords import decrypt_password, encrypt_password
from tests.mailroom.arriving.channels.imap_server import ImapServer

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The paths of a certificate for 127.0.0.1 that vouches for itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "imap")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1),
        [
            x509.Extension(x509.SubjectAlternativeName.oid, False,
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])),
            x509.Extension(x509.BasicConstraints.oid, True, x509.BasicConstraints(ca=True, path_length=None)),
        ],
    ).sign(key, hashes.SHA256())  # fmt: skip
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def make(port, **facts):
    given = {"security": "none", "username": "vuelta", "secret": encrypt_password("geheim"), "folders": [], **facts}
    return Mailbox.objects.create(name="buzon", host="127.0.0.1", port=port, **given)


def states(steps):
    return [(one.step, one.state) for one in steps]


def test_every_step_is_said_with_tls_that_somebody_vouches_for(tls, certificate):
    with ImapServer({"INBOX": [b"x"] * 3, "Spam": []}, tls=tls) as server:
        mailbox = make(server.port, security="tls", ca_file=str(certificate[0]), folders=["INBOX", "Spam"])
        steps = store_check(mailbox.pk)
    assert states(steps) == [(step, "ok") for step in ("name", "connect", "tls", "auth", "folders")]
    said = {one.step: one.said for one in steps}
    assert said["tls"].startswith("TLSv1.")
    assert said["folders"] == "INBOX: 3; Spam: 0"
    mailbox.refresh_from_db()
    assert mailbox.check_result["good"] is True
    assert "FETCH" not in server.commands
    assert not {"SELECT", "STORE"} & set(server.commands)


def test_a_certificate_that_nobody_vouches_for_ends_the_way_before_the_password(tls):
    with ImapServer({"INBOX": []}, tls=tls) as server:
        steps = check_mailbox(make(server.port, security="tls"))
    assert states(steps)[2:] == [("tls", "broken"), ("auth", "open"), ("folders", "open")]
    assert "ca_file" in steps[2].remedy
    assert server.logins == []


def test_a_wrong_password_is_said_and_the_right_one_is_not_shown():
    with ImapServer({"INBOX": []}, password="otra") as server:
        steps = check_mailbox(make(server.port))
    assert states(steps) == [("name", "ok"), ("connect", "ok"), ("auth", "broken"), ("folders", "open")]
    assert "geheim" not in "".join(one.said for one in steps)
    assert steps[2].remedy == "Check name and password"


def test_a_folder_that_is_missing_is_named_with_those_that_there_are():
    with ImapServer({"INBOX": [], "Rebotes": []}) as server:
        steps = check_mailbox(make(server.port, folders=["INBOX", "Bounces"]))
    assert states(steps)[-1] == ("folders", "broken")
    assert "Bounces" in steps[-1].said
    assert "Rebotes" in steps[-1].said


def test_nobody_listens_and_one_that_is_silent_or_garbled(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert states(check_mailbox(make(port)))[1] == ("connect", "broken")
    monkeypatch.setattr(mailbox_test, "WAIT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailbox = Mailbox.objects.get()
        mailbox.port = silent.getsockname()[1]
        assert states(check_mailbox(mailbox))[1] == ("connect", "broken")


def test_a_name_of_the_outside_that_leads_inside_is_not_followed(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 143))])
    mailbox = make(143)
    mailbox.host = "imap.example.org"
    steps = check_mailbox(mailbox)
    assert states(steps)[0] == ("name", "broken")
    with pytest.raises(imap_connection.MailboxTrouble, match="private"):
        imap_connection.open_client(mailbox)


def test_another_machine_is_read_from_its_start_and_the_secret_is_encrypted():
    mailbox = make(143)
    MailboxFolder.objects.create(mailbox=mailbox, name="INBOX", uid_validity=7, last_uid=1000)
    facts = {"host": "127.0.0.1", "folders": ["INBOX"]}
    mailbox_settings.save_mailbox(mailbox, facts=facts, secret="neu", client_secret=None, by="Lucía")
    assert MailboxFolder.objects.get().last_uid == 1000
    assert "neu" not in Mailbox.objects.get().secret
    assert decrypt_password(Mailbox.objects.get().secret) == "neu"
    mailbox_settings.save_mailbox(
        mailbox, facts={**facts, "host": "imap.example"}, secret=None, client_secret=None, by="Lucía"
    )
    assert not MailboxFolder.objects.exists()
    assert decrypt_password(Mailbox.objects.get().secret) == "neu"
