import pytest

from esmero.intake.bounces.dsn import clean_address, find_recipient
from esmero.intake.classify import InboundKind, classify
from tests.intake.samples import make_report

FAILED = """
Final-Recipient: rfc822; lola@correo.example
Original-Recipient: rfc822; l.ruiz@correo.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.correo.example
Diagnostic-Code: smtp; 550 5.1.1 <lola@correo.example>: Recipient address rejected:
    User unknown
"""


def test_a_report_names_recipient_status_reason_and_our_message():
    verdict = classify(make_report(FAILED))
    (report,) = verdict.reports
    assert (verdict.kind, verdict.hard) == (InboundKind.BOUNCE, True)
    assert report.recipient == "l.ruiz@correo.example"  # whom we wrote to, not where it was forwarded
    assert (report.action, report.status, report.code, report.meaning) == ("failed", "5.1.1", 550, "unknown-user")
    assert report.remote_mta == "mx.correo.example"
    assert report.envelope_id == "m-77+1"
    assert verdict.returned_message_id == "m-77@fibra.example"
    assert verdict.returned_headers["x-esmero"] == "opaque-1"


def test_mixed_reports_are_hard_one_by_one_only():
    verdict = classify(
        make_report(FAILED + "\nFinal-Recipient: rfc822; pleno@correo.example\nAction: failed\nStatus: 5.2.2\n")
    )
    assert [report.hard for report in verdict.reports] == [True, False]
    assert verdict.hard is False


def test_international_report_of_rfc_6533():
    block = "Final-Recipient: utf-8; jose\\x{F1}o@correo.example\nAction: failed\nStatus: 5.1.1"
    verdict = classify(make_report(block, block_type="message/global-delivery-status"))
    assert [report.recipient for report in verdict.reports] == ["joseño@correo.example"]


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "deliverable"])
def test_a_report_of_success_is_no_bounce(action):
    verdict = classify(make_report(f"Final-Recipient: rfc822; lola@correo.example\nAction: {action}\nStatus: 2.0.0"))
    assert (verdict.kind, verdict.hard, verdict.reports) == (InboundKind.OTHER, None, ())


def test_a_delay_is_never_for_good():
    verdict = classify(
        make_report(
            "Final-Recipient: rfc822; lola@correo.example\nAction: delayed\nStatus: 4.1.1\n"
            "Diagnostic-Code: smtp; 450 User unknown"
        )
    )
    assert verdict.kind is InboundKind.BOUNCE
    assert verdict.reports[0].action == "delayed"
    assert verdict.hard is False


def test_the_words_fill_what_the_block_leaves_open():
    words = "<lola@correo.example>: host mx.correo.example said: 552 5.2.2 Over quota"
    verdict = classify(
        make_report("Final-Recipient: rfc822; lola@correo.example\nAction: failed\nStatus: 5.0.0", words=words)
    )
    assert verdict.reports[0].meaning == "mailbox-full"


def test_unknown_user_after_the_text_is_a_filter():
    block = (
        "Final-Recipient: rfc822; lola@correo.example\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 550 User unknown (in reply to end of DATA command)"
    )
    verdict = classify(make_report(block))
    assert (verdict.reports[0].meaning, verdict.hard) == ("filtered", False)


def test_repeated_and_broken_blocks_are_bounded():
    verdict = classify(
        make_report("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 3000 + "\x01:\n:::\n")
    )
    assert len(verdict.reports) <= 200


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; lola@correo.example", "lola@correo.example"),
        ("RFC822;<lola@correo.example>", "lola@correo.example"),
        ("lola@correo.example", "lola@correo.example"),
        ("x400; /S=lola/OU=x/", ""),
        ("rfc822; lo...@correo.example", ""),
        ("", ""),
    ],
)
def test_recipients(value, address):
    assert find_recipient(value) == address


def test_an_address_loses_the_marks_of_its_sentence():
    assert clean_address("<«lola@correo.example».") in {"lola@correo.example", "«lola@correo.example"}
    assert clean_address("mailto:lola@correo.example,") == "lola@correo.example"
    assert clean_address("@nobody") == ""
