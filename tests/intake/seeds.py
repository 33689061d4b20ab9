"""Where fuzzing starts: one message of each kind and shape, told apart by the reader that it is for."""

import gzip
import json

from tests.intake.dmarc_samples import make_gzip_mail, make_xml, pack_zip
from tests.intake.reports.test_arf import ARF
from tests.intake.samples import make_mail, make_notice, make_report

RECORD = [("192.0.2.1", 3, "pass", "fail")]
HOOK = {
    "provider": "mailgun",
    "type": "bounced",
    "recipient": "ana@b.example",
    "words": "550 5.1.1 user unknown",
    "ids": ["m-1@fibra.example"],
}


def seeds():
    """Give (reader, octets): "0" whole messages, "1" DMARC, "2" bodies, "3" refusals, "4" webhooks."""
    yield b"0", make_mail("Hola\n\nEl lun, 2 nov 2026 a las 9:00, Fibra <a@b.example> escribió:\n> uno\n> dos\n")
    yield b"0", make_mail("hola", html="<p>hola</p><blockquote>dos</blockquote>")
    yield b"0", make_mail("", html="<div class=gmail_quote><p>h&eacute;</p></div>")
    yield b"0", make_mail("Estoy fuera hasta el 7 de diciembre.", Auto_Submitted="auto-replied")
    yield b"0", make_mail("Baja, por favor")
    yield b"0", make_notice("<lola@correo.example>: host mx[192.0.2.1] said: 550 5.1.1 User unknown\n")
    yield b"0", make_notice("No se pudo entregar el mensaje\n\n--- Original message ---\nReceived: x\nFrom: a\nTo: b\n")
    yield b"0", make_report("Final-Recipient: rfc822; lola@correo.example\nAction: failed\nStatus: 5.1.1")
    yield (
        b"0",
        make_report(
            "Final-Recipient: utf-8; l\\x{f3}la@b.example\nAction: delayed", block_type="message/global-delivery-status"
        ),
    )
    yield b"0", ARF.format(feedback="abuse", recipient="lola@correo.example").encode()
    yield b"0", make_gzip_mail(RECORD)
    yield b"1", make_xml(RECORD)
    yield b"1", gzip.compress(make_xml(RECORD))
    yield b"1", pack_zip(make_xml(RECORD))
    yield b"2", b"Hola\n\nSent from my iPhone\n\n> antes\n"
    yield b"3", b"550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"
    yield b"4", json.dumps(HOOK).encode()
