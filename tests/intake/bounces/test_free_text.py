import pytest

from esmero.intake.classify import InboundKind, classify
from tests.intake.samples import make_mail, make_notice

RETURNED = (
    "Received: from a.example by b.example; Mon, 2 Nov 2026 10:00:00 +0100\nFrom: hola@fibra.example\n"
    "To: otra@persona.example\nMessage-ID: <m-9@fibra.example>\nSubject: Novedades\n\ntexto\n"
)

DIALECTS = {
    "qmail": "Hi. This is the qmail-send program at mx.example.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<lola@correo.example>:\n"
    "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n",
    "exim": "This message was created automatically by mail delivery software.\n\n"
    "A message that you sent could not be delivered to one or more of its\n"
    "recipients. This is a permanent error. The following address(es) failed:\n\n  lola@correo.example\n"
    "    host mx.correo.example [192.0.2.9]\n"
    "    SMTP error from remote mail server after RCPT TO:<lola@correo.example>:\n    550 Unknown user\n\n"
    "------ This is a copy of the message, including all the headers. ------\n\n",
    "sendmail": "   ----- The following addresses had permanent fatal errors -----\n<lola@correo.example>\n"
    "    (reason: 550 5.1.1 <lola@correo.example>... User unknown)\n\n"
    "   ----- Transcript of session follows -----\n... while talking to mx.correo.example.:\n"
    ">>> RCPT To:<lola@correo.example>\n<<< 550 5.1.1 <lola@correo.example>... User unknown\n\n"
    "   ----- Original message follows -----\n\n",
    "postfix": "This is the Postfix program at host mx.example.\n\n"
    "For further assistance, please contact <postmaster@mx.example>\n\n"
    "<lola@correo.example>: host mx.correo.example said: 550 <lola@correo.example>:\n"
    "    User unknown in local recipient table\n\n",
    "exchange": "Your message\n\n  To:      equipo@otra.example\n  Subject: Novedades\n"
    "  Sent:    Mon, 2 Nov 2026 10:00:00 +0100\n\ndid not reach the following recipient(s):\n\n"
    "lola@correo.example on Mon, 2 Nov 2026 10:00:09 +0100\n    The recipient name is not recognized\n",
    "imail": "Unknown user: lola@correo.example\n\nOriginal message follows.\n\n",
    "notes": "------- Failure Reasons  --------\n\nUser  not listed in public Name & Address Book\n"
    "lola@correo.example\n\n------- Returned Message --------\n\n",
    "webmail": "Sorry, we were unable to deliver your message to the following address.\n\n<lola@correo.example>:\n"
    "550: 5.1.1 <lola@correo.example>... User Unknown\n\n--- Below this line is a copy of the message.\n\n",
    "bullets": "This is an automatically generated Delivery Status Notification.\n\n"
    "Delivery to the following recipients failed permanently:\n\n   * lola@correo.example\n\n"
    "SMTP:RCPT host 192.0.2.1: 553 5.3.0 <lola@correo.example>... No such user here\n\n",
    "opensmtpd": "Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n"
    "    An error has occurred while attempting to deliver a message for\n"
    "    the following list of recipients:\n\nlola@correo.example: 550 5.1.1 no such account\n\n"
    "    Below is a copy of the original message:\n\n",
    "español": "No se ha podido entregar su mensaje a los siguientes destinatarios:\n\n"
    "<lola@correo.example>: el usuario no existe\n\n---- Mensaje original ----\n\n",
    "français": "Votre message n'a pas pu être remis aux destinataires suivants :\n\n"
    "<lola@correo.example>: utilisateur inconnu\n\n---- Message d'origine ----\n\n",
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects_name_the_one_who_failed_and_why(dialect):
    verdict = classify(make_notice(DIALECTS[dialect] + RETURNED))
    assert (verdict.kind, verdict.hard) == (InboundKind.BOUNCE, True)
    assert [(report.recipient, str(report.meaning)) for report in verdict.reports] == [
        ("lola@correo.example", "unknown-user")
    ]
    assert verdict.returned_message_id == "m-9@fibra.example"


def test_each_recipient_has_its_own_reason():
    text = (
        "Unable to deliver message to the following address(es).\n\n<lola@correo.example>:\n"
        "This user doesn't have a correo.example account\n\n<pleno@correo.example>:\nUser's mailbox is full\n\n"
        "--- Original message follows.\n\n"
    )
    verdict = classify(make_notice(text + RETURNED))
    assert {report.recipient: str(report.meaning) for report in verdict.reports} == {
        "lola@correo.example": "unknown-user",
        "pleno@correo.example": "mailbox-full",
    }
    assert verdict.hard is False


def test_the_sender_of_what_failed_is_not_the_one_who_failed():
    text = (
        "Your message\n\n From: Fibra <hola@fibra.example>\n\t(mail from:vuelta+1@fibra.example)\n\n"
        " To: Lola <lola@correo.example>\n\nhas encountered a delivery problem.\n\nReason: unknown user\n"
    )
    (report,) = classify(make_notice(text)).reports
    assert report.recipient == "lola@correo.example"


def test_a_warning_is_a_delay():
    text = (
        "This message was created automatically by mail delivery software.\n\n"
        "The address to which the message has not yet been delivered is:\n\n  lola@correo.example\n\n"
        "No action is required on your part. Delivery attempts will continue for some time.\n"
    )
    (report,) = classify(make_notice(text, subject="Warning: message 1abc delayed 24 hours")).reports
    assert (report.recipient, report.action, report.hard) == ("lola@correo.example", "delayed", False)


def test_a_blocked_sender_is_our_fault():
    verdict = classify(
        make_notice("<lola@correo.example>:\n192.0.2.1 said: 554 5.7.1 Client host blocked using zen.spamhaus.org\n")
    )
    assert (verdict.reports[0].meaning, verdict.hard) == ("reputation", False)


def test_a_notice_that_names_nobody_is_still_a_bounce():
    verdict = classify(
        make_notice("The following mail could not be delivered.\nReason: exceeded maximum delivery attempts.\n")
    )
    assert verdict.kind is InboundKind.BOUNCE
    assert [report.recipient for report in verdict.reports] == [""]


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "Re: Undelivered Mail Returned to Sender",
            "Me ha llegado esto, ¿qué hago?\n\n> <a@b.example>: User unknown\n> could not be delivered\n",
        ),
        ("Paquete no entregado", "Hola, el paquete de la línea nueva no ha llegado. ¿Pueden mirarlo?"),
        ("Mon dossier", "Bonjour, le facteur n'a pas pu livrer le routeur. Merci de me rappeler."),
        ("Delivery problem", "Hello, the router was not delivered on Monday. Can you send it again?"),
    ],
)
def test_a_person_who_speaks_of_delivery_is_no_machine(subject, body):
    assert classify(make_mail(body, subject=subject)).kind is InboundKind.REPLY
