"""The reader of mailboxes against a server that is cut at every command, in every phase, while mail arrives."""

import base64
import threading
from collections import Counter

import pytest
from django.conf import settings

from esmero.mailroom.arriving import receive
from esmero.mailroom.arriving.channels import mailboxes
from esmero.mailroom.arriving.channels.imap_connection import MailboxTrouble
from esmero.mailroom.arriving.channels.mailboxes import read_mailbox, run_mailboxes, watch_mailbox
from esmero.mailroom.arriving.receive import handle_due
from esmero.mailroom.models import Inbound, Mailbox, MailboxFolder
from esmero.outbox.relay_passwords import encrypt_password
from esmero.vault.files import read
from esmero.work.stop_signal import StopSignal
from tests.mailroom.arriving.channels.imap_server import ImapServer

pytestmark = pytest.mark.django_db(transaction=True)


def mail(number, size=0):
    head = (
        f"From: lola{number}@correo.example\r\nSubject: carta {number}\r\nMessage-ID: <{number}@correo.example>\r\n\r\n"
    )
    return (head + f"hola {number}\r\n" + "x" * size).encode()


def make_mailbox(port, **facts):
    given = {"security": "none", "username": "returns", "secret": encrypt_password("geheim"), "folders": [], **facts}
    return Mailbox.objects.create(name="buzon", host="127.0.0.1", port=port, **given)


def taken_in():
    return [read(row.raw) for row in Inbound.objects.order_by("id")]


def test_a_mailbox_is_read_in_order_and_once():
    letters = [mail(n) for n in range(120)]
    with ImapServer({"INBOX": letters}) as server:
        mailbox = make_mailbox(server.port)
        assert read_mailbox(mailbox) == 120
        assert read_mailbox(mailbox) == 0
        letters.append(mail(120))
        assert read_mailbox(mailbox) == 1
    assert taken_in() == letters
    row = Inbound.objects.first()
    assert (row.door, row.envelope_to, row.received_at.isoformat()) == ("imap:buzon", "", "2026-11-24T09:00:00+00:00")
    assert server.logins[0].replace('"', "") == "LOGIN returns geheim"
    assert not {"STORE", "SELECT", "EXPUNGE", "COPY"} & set(server.commands)  # nothing of theirs is changed


PHASES = ("before", "middle", "after")


@pytest.mark.slow
def test_cut_at_every_command_while_a_thousand_mails_arrive():
    letters = [mail(n) for n in range(100)]
    cuts = Counter()

    def arrive(server):
        for _ in range(3):
            if len(letters) < 1_000:
                letters.append(mail(len(letters)))

    def cut(connection, number, name):
        # Each connection lives for a few commands more than the last, then from the start: every command is cut in
        # every phase many times.
        alive, phase = divmod(connection - 1, 3)
        if number > alive % 10:
            cuts[name, PHASES[phase]] += 1
            return PHASES[phase]
        return None

    with ImapServer({"INBOX": letters}, cut=cut, arrive=arrive) as server:
        mailbox = make_mailbox(server.port)
        for _ in range(1_000):
            if Inbound.objects.count() == 1_000:
                break
            try:
                read_mailbox(mailbox)
            except MailboxTrouble:
                continue
    assert taken_in() == letters
    assert len(letters) == 1_000
    said = set(server.commands) | {name for name, _phase in cuts}
    assert said >= {"LOGIN", "EXAMINE", "SEARCH", "FETCH"}
    for name in said - {"LOGOUT"}:  # it is said to a server that goes anyway
        assert all(cuts[name, phase] for phase in PHASES), (name, cuts)
    assert MailboxFolder.objects.get().last_uid == 1_000
    while handle_due("test"):
        pass
    assert Inbound.objects.filter(state=Inbound.State.DONE).count() == 1_000


def test_killed_before_the_commit_it_is_read_again(monkeypatch):
    letters = [mail(n) for n in range(3)]
    real = receive.take_in

    def die(raw, **facts):
        row = real(raw, **facts)
        if raw == letters[1] and not die.done:
            die.done = True
            raise KeyboardInterrupt
        return row

    die.done = False
    monkeypatch.setattr(receive, "take_in", die)
    with ImapServer({"INBOX": letters}) as server:
        mailbox = make_mailbox(server.port)
        with pytest.raises(KeyboardInterrupt):
            read_mailbox(mailbox)
        assert MailboxFolder.objects.get().last_uid == 1
        assert taken_in() == letters[:1]
        read_mailbox(mailbox)
    assert taken_in() == letters


def test_new_numbers_double_nothing():
    letters = [mail(n) for n in range(10)]
    with ImapServer({"INBOX": letters}) as server:
        mailbox = make_mailbox(server.port)
        read_mailbox(mailbox)
        server.uid_validity = 8
        letters.insert(0, mail(99))  # a server that was restored numbers anew
        read_mailbox(mailbox)
    assert sorted(taken_in()) == sorted(letters)
    folder = MailboxFolder.objects.get()
    assert (folder.uid_validity, folder.last_uid) == (8, 11)


def test_several_folders_each_with_its_own_place():
    folders = {"INBOX": [mail(1)], "Spam": [mail(2), mail(3)]}
    with ImapServer(folders) as server:
        read_mailbox(make_mailbox(server.port, folders=["INBOX", "Spam"]))
    assert taken_in() == [mail(1), mail(2), mail(3)]
    assert dict(MailboxFolder.objects.values_list("name", "last_uid")) == {"INBOX": 1, "Spam": 2}


def test_of_a_giant_only_the_start_is_taken(monkeypatch):
    monkeypatch.setattr(settings.ESMERO, "inbound_max_bytes", 5_000)
    with ImapServer({"INBOX": [mail(1, size=50_000), mail(2)]}) as server:
        read_mailbox(make_mailbox(server.port))
    assert [len(raw) for raw in taken_in()] == [5_000, len(mail(2))]


def test_xoauth2_says_who_and_by_which_token():
    with ImapServer({"INBOX": [mail(1)]}) as server:
        read_mailbox(make_mailbox(server.port, access="xoauth2", secret=encrypt_password("tok")))
    assert base64.b64decode(server.logins[0]) == b"user=returns\x01auth=Bearer tok\x01\x01"
    assert len(taken_in()) == 1


def test_idle_brings_what_comes_and_a_break_is_survived():
    letters = [mail(1)]
    stop = StopSignal()
    seen = threading.Event()

    def cut(connection, number, name):
        return "after" if connection == 1 and name == "IDLE" else None

    def arrive(server):
        if "IDLE" in server.commands and len(letters) < 3:
            letters.append(mail(len(letters) + 1))
        if Inbound.objects.count() >= 3:
            seen.set()

    with ImapServer({"INBOX": letters}, cut=cut, arrive=arrive) as server:
        thread = threading.Thread(target=watch_mailbox, args=(make_mailbox(server.port), stop))
        thread.start()
        assert seen.wait(30)
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
    assert taken_in() == letters
    assert server.connections >= 2


def test_trouble_is_said_in_words_and_kept():
    with ImapServer({"INBOX": []}) as server:
        mailbox = make_mailbox(server.port)
    with pytest.raises(MailboxTrouble, match=r"127\.0\.0\.1"):
        read_mailbox(mailbox)


def test_a_secret_of_another_house_is_told():
    with ImapServer({"INBOX": []}) as server, pytest.raises(MailboxTrouble, match="Enter it again"):
        read_mailbox(make_mailbox(server.port, secret="aes1:" + "A" * 60))


def test_mailboxes_are_followed_as_they_are_set(monkeypatch):
    monkeypatch.setattr(mailboxes, "LOOK_FOR_CHANGES", 0.05)
    stop, seen = StopSignal(), threading.Event()
    letters = [mail(1)]

    def arrive(server):
        if Inbound.objects.exists():
            seen.set()

    with ImapServer({"INBOX": letters}, arrive=arrive) as server:
        thread = threading.Thread(target=run_mailboxes, args=(stop,))
        thread.start()
        mailbox = make_mailbox(server.port)
        assert seen.wait(30)
        Mailbox.objects.filter(pk=mailbox.pk).update(active=False)
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
    assert taken_in() == letters
    mailbox.refresh_from_db()
    assert mailbox.reached_at
    assert mailbox.trouble == ""


def test_a_refresh_token_never_goes_in_the_clear():
    with ImapServer({"INBOX": []}) as server, pytest.raises(MailboxTrouble, match="not https"):
        read_mailbox(make_mailbox(server.port, access="xoauth2", token_url="http://login.example/token"))
