"""The verdict of SpamAssassin through a stand-in for spamc on the PATH; the report is one of spamd 4.0.1's own."""

import shutil

import pytest

from esmero.mailroom.checking import spam_check
from esmero.mailroom.checking.spam_check import SpamCheckUnavailable, judge

REPORT = """4.8/5.0
Spam detection software, running on the system "buzon",
has NOT identified this incoming email as spam.  The original
message has been attached to this so you can view it or label
similar future email.  If you have any questions, see
@@CONTACT_ADDRESS@@ for details.

Content preview:  BUY VIAGRA NOW 100% FREE!!! Dear friend, make money fast

Content analysis details:   (4.8 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
-0.0 NO_RECEIVED            Informational: message has no Received headers
 0.0 MSGID_SHORT            Message-ID is unusually short
 2.8 DRUG_ED_CAPS           BODY: Mentions an E.D. drug
 0.2 NORMAL_HTTP_TO_IP      URI: URI host has a public dotted-decimal IPv4
                            address
 1.8 DRUGS_ERECTILE         Refers to an erectile drug

"""


def put_spamc(folder, monkeypatch, script):
    """Put a program of this name first on the PATH."""
    program = folder / "spamc"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert shutil.which("spamc") == str(program)


def put_report(folder, monkeypatch, report=REPORT):
    (folder / "report").write_text(report)
    put_spamc(folder, monkeypatch, f'echo "$@" > {folder}/given; cat > {folder}/message; cat {folder}/report')


def test_score_and_rules_are_read_and_the_message_goes_in_as_it_is(tmp_path, monkeypatch):
    put_report(tmp_path, monkeypatch)
    verdict = judge(b"Subject: x\r\n\r\nx\r\n")
    assert (verdict.score, verdict.threshold, verdict.is_spam) == (4.8, 5.0, False)
    assert verdict.rules == (
        (2.8, "DRUG_ED_CAPS", "BODY: Mentions an E.D. drug"),
        (1.8, "DRUGS_ERECTILE", "Refers to an erectile drug"),
        (0.2, "NORMAL_HTTP_TO_IP", "URI: URI host has a public dotted-decimal IPv4 address"),
    )
    assert (tmp_path / "message").read_bytes() == b"Subject: x\r\n\r\nx\r\n"
    assert (tmp_path / "given").read_text() == (
        f"-R -x -t {spam_check.SECONDS} -s {spam_check.MOST_OCTETS} --connect-retries=1 --retry-sleep=0\n"
    )


def test_from_the_limit_on_it_is_spam(tmp_path, monkeypatch):
    put_report(tmp_path, monkeypatch, REPORT.replace("4.8/5.0", "5.0/5.0"))
    assert judge(b"x").is_spam


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("cat > /dev/null; echo 0/0", "silent"),  # what it prints when no spamd answers
        ("cat > /dev/null; exit 69", "silent"),
        ("cat > /dev/null; echo nonsense", "silent"),
        ("exec sleep 30", "slow"),
    ],
)
def test_what_gives_no_verdict_is_told(tmp_path, monkeypatch, script, why):
    monkeypatch.setattr(spam_check, "SECONDS", -4.8)
    put_spamc(tmp_path, monkeypatch, script)
    with pytest.raises(SpamCheckUnavailable, match=why):
        judge(b"x")


def test_a_message_that_is_too_large_is_not_shown_to_it(tmp_path, monkeypatch):
    put_report(tmp_path, monkeypatch)
    with pytest.raises(SpamCheckUnavailable, match="large"):
        judge(b"x" * (spam_check.MOST_OCTETS + 1))
    assert not (tmp_path / "message").exists()


def test_without_it_there_is_nothing_to_say(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not spam_check.is_available()
    assert judge(b"x") is None
