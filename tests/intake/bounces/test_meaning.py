import pytest

from esmero.intake.bounces.meaning import PERMANENT, SENDER_FAULTS, FailureMeaning, find_code, find_status, judge


@pytest.mark.parametrize(
    ("status", "code", "text", "meaning"),
    [
        ("5.1.1", 550, "", "unknown-user"),
        (
            "5.1.1",
            550,
            "550 5.1.1 <lola@correo.example>: Recipient address rejected: User unknown in virtual mailbox table",
            "unknown-user",
        ),
        ("", 550, "550 No such user here", "unknown-user"),
        (
            "",
            550,
            "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking",
            "unknown-user",
        ),
        ("", 550, "550 Requested action not taken: mailbox unavailable", "unknown-user"),
        (
            "5.4.1",
            550,
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [X.eurprd08.prod.outlook.com]",
            "unknown-user",
        ),
        ("", 550, "550 5.1.1 Adresse d'au moins un destinataire invalide. Invalid recipient. OFR_416", "unknown-user"),
        ("", 550, "550 El usuario no existe en este servidor", "unknown-user"),
        ("5.0.0", 550, "550 Sorry, no mail box under that name", "unknown-user"),
        ("5.0.0", 553, "553 mail-box not found", "unknown-user"),
        ("5.0.0", 550, "550 BAD_RECIPIENT", "unknown-user"),
        ("", 550, "550 that is not an active account here", "unknown-user"),
        ("5.7.1", 550, "550 5.7.1 No such user", "filtered"),
        ("5.7.13", 525, "525 5.7.13 User account disabled", "disabled"),
        ("5.7.1", 554, "554 5.7.1 Sender account disabled", "policy"),
        ("5.7.0", 550, "550 5.7.0 Your sending account is suspended", "policy"),
        ("5.7.1", 553, "553 5.7.1 The account used to send this message is disabled", "policy"),
        ("", 550, "550 5.1.1 Cuenta de correo inexistente", "unknown-user"),
        ("", 550, "550 utilisateur inconnu", "unknown-user"),
        ("", 550, "550 Usuario no encontrado", "unknown-user"),
        ("", 550, "550 No se encuentra el destinatario", "unknown-user"),
        ("", 550, "550 Ce compte n'existe pas", "unknown-user"),
        ("", 550, "550 does not like recipient", "unknown-user"),
        ("", 554, "554 cuota de disco superada", "mailbox-full"),
        ("", 550, "550 Su IP está en una lista negra", "reputation"),
        ("", 550, "550 Votre adresse IP est bloquée", "reputation"),
        ("", 503, "503 bad sequence of commands", "system"),
        (
            "5.1.2",
            0,
            "Host or domain name not found. Name service error for name=nada.example type=A: Host not found",
            "unknown-host",
        ),
        ("", 0, "Domain does not exist", "unknown-host"),
        ("", 0, "Unrouteable address", "unknown-host"),
        ("5.1.10", 556, "", "no-mail-host"),
        ("", 0, "Domain nomail.example does not accept mail (nullMX)", "no-mail-host"),
        ("5.1.6", 550, "550 5.1.6 recipient no longer on server", "moved"),
        ("", 550, "550 This person no longer works for this company", "moved"),
        ("5.2.2", 552, "", "mailbox-full"),
        ("5.1.1", 550, "550 5.2.2 <pleno@correo.example>: mailbox full", "mailbox-full"),
        ("", 452, "452-4.2.2 The email account that you tried to reach is over quota", "mailbox-full"),
        ("", 552, "552 El buzón del destinatario está lleno", "mailbox-full"),
        ("", 552, "552 boîte aux lettres pleine", "mailbox-full"),
        ("5.2.1", 550, "550 5.2.1 The email account that you tried to reach is disabled", "disabled"),
        ("5.3.4", 552, "552 5.3.4 Message size exceeds fixed limit", "too-large"),
        ("5.7.26", 550, "550-5.7.26 This mail is unauthenticated, which poses a security risk", "authentication"),
        (
            "",
            550,
            "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
            "authentication",
        ),
        ("", 554, "554 5.7.1 <x>: Relay access denied", "authentication"),
        ("5.7.25", 550, "", "reputation"),
        (
            "",
            554,
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
            "reputation",
        ),
        ("5.7.28", 421, "", "reputation"),
        ("", 550, "550 5.7.1 Our system has detected that this message is likely unsolicited mail", "content"),
        ("", 554, "554 5.7.1 Message rejected due to local policy", "policy"),
        ("5.7.0", 550, "", "policy"),
        ("5.1.8", 553, "553 5.1.8 Domain of sender address does not exist", "sender"),
        ("", 450, "450 4.2.0 <x>: Recipient address rejected: Greylisted, see help", "throttled"),
        ("", 421, "421 4.7.0 Too many messages from this IP, rate limited", "throttled"),
        ("4.4.1", 0, "connect to mx.example[192.0.2.1]:25: Connection timed out", "network"),
        ("4.4.7", 0, "", "expired"),
        ("5.4.6", 554, "554 5.4.6 Too many hops", "network"),
        ("4.3.0", 451, "451 4.3.0 Internal server error", "system"),
        ("", 0, "", "undefined"),
        ("5.0.0", 550, "550 5.0.0 nyet", "undefined"),
    ],
)
def test_meaning_of_refusals(status, code, text, meaning):
    assert judge(status, code, text).meaning == meaning


@pytest.mark.parametrize(
    "number",
    [
        f"5.7.{detail}"
        for detail in (0, 1, 2, 7, 8, 9, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 40, 515, 606)
    ],
)
def test_a_fault_of_policy_or_proof_never_condemns_the_address(number):
    verdict = judge(number, 550, f"550 {number} User unknown")
    assert not verdict.hard
    assert judge(number, 550, "").meaning in SENDER_FAULTS | {FailureMeaning.RESTRICTED}


@pytest.mark.parametrize("status", ["4.1.1", "4.2.2", "4.4.1", "4.7.1"])
def test_class_4_is_never_for_good(status):
    assert not judge(status, 450, f"450 {status} User unknown").hard


def test_the_four_that_suppress_at_once_are_for_good():
    assert all(judge(status, 550, "").hard for status in ("5.1.1", "5.1.2", "5.1.6", "5.1.10"))
    assert {judge(status, 550, "").meaning for status in ("5.1.1", "5.1.2", "5.1.6", "5.1.10")} == PERMANENT


def test_an_unknown_detail_counts_as_its_subject():
    assert judge("5.6.77", 550, "").meaning is FailureMeaning.CONTENT
    assert judge("5.7.999", 550, "").meaning is FailureMeaning.POLICY


def test_an_address_or_a_link_that_is_called_like_a_reason_says_nothing():
    assert (
        judge("", 550, "550 <mailboxfull@spam.example> see https://help.example/userunknown").meaning
        is FailureMeaning.UNDEFINED
    )


def test_numbers_in_a_text():
    assert find_status("smtp; 550-5.0.0 x 550 5.1.1 y") == "5.1.1"
    assert find_status("host 5.1.1.2 said 250 2.0.0") == ""
    assert find_code("host mx[192.0.2.550] said: 552 5.2.2 full") == 552
    assert find_code("nothing of 1550 and 5501") == 0


@pytest.mark.parametrize("status", ["", "5", "5.", "x.y.z", "5.1", "9.9.9", "5.1.1.1", "\x00"])
def test_no_status_is_too_odd(status):
    assert judge(status, -1, "\x00").meaning in FailureMeaning
