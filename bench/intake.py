"""What comes back: messages read per CPU-second, and what one enormous message costs in time and memory."""

import time
import tracemalloc
from collections.abc import Iterator

from bench.figures import show

BAR_READ = 300
BAR_SECONDS = 5
BAR_MEGABYTES = 200
_HUGE = 50_000_000


def run(*, number: int) -> bool:
    """Read `number` messages of the kinds that arrive, then three hostile ones of 50 MB or 5,000 parts."""
    return all([_read(number), *(_swallow(name, raw) for name, raw in _hostile())])


def _read(number: int) -> bool:
    from esmero.intake.classify import InboundKind, classify

    mails = list(_mails())
    kinds = {classify(raw).kind for raw in mails}
    if kinds != {
        InboundKind.BOUNCE,
        InboundKind.COMPLAINT,
        InboundKind.AUTOREPLY,
        InboundKind.REPLY,
        InboundKind.UNSUBSCRIBE,
    }:
        raise SystemExit(f"intake: the samples were read as {sorted(kinds)}")
    rounds = max(1, number // 10 // len(mails))
    began = time.process_time()
    for _ in range(rounds):
        for raw in mails:
            classify(raw)
    used = time.process_time() - began
    return show("intake, messages read per CPU-second", rounds * len(mails) / used, bar=BAR_READ, unit="/s")


def _swallow(name: str, raw: bytes) -> bool:
    from esmero.intake.classify import classify

    began = time.process_time()
    verdict = classify(raw)
    used = time.process_time() - began
    tracemalloc.start()
    classify(raw)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    if not verdict.truncated:
        raise SystemExit(f"intake: {name} was not said to be cut")
    met = show(f"intake, {name}, CPU-seconds", used, bar=BAR_SECONDS, unit="s", at_most=True)
    return show(f"intake, {name}, memory", peak, bar=BAR_MEGABYTES, unit="MB", at_most=True) and met


def _mails() -> Iterator[bytes]:
    words = "".join(f"Línea {n}: la instalación quedó bien, gracias por llamar ayer por la tarde.\n" for n in range(12))
    quoted = "".join(f"> Novedades de noviembre, párrafo {n}, con sus enlaces y su pie.\n" for n in range(60))
    head = "From: Lola <lola@correo.example>\nTo: hola@fibra.example\nMessage-ID: <1@correo.example>\n"
    yield (
        f"{head}Subject: Re: Novedades\n\n{words}\n"
        f"El 24 nov 2026, a las 10:00, Fibra <hola@fibra.example> escribió:\n{quoted}"
    ).encode()
    yield f"{head}Subject: Re: Novedades\n\nBaja, por favor\n\n{quoted}".encode()
    yield (
        f"{head}Subject: Respuesta automática\nAuto-Submitted: auto-replied\n\nEstoy fuera hasta el 7 de diciembre.\n"
    ).encode()
    html = f"<html><body><p>{words}</p><blockquote>{quoted}</blockquote></body></html>"
    yield f"{head}Subject: Re: Novedades\nContent-Type: text/html; charset=utf-8\n\n{html}".encode()
    for kind, block in (
        ("delivery-status", ("Final-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n"
                            "Diagnostic-Code: smtp; 550 5.1.1 User unknown")),
        ("feedback-report", "Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: x@y.example"),
    ):  # fmt: skip
        yield (
            "From: MAILER-DAEMON@y.example\nSubject: failure\n"
            f"Content-Type: multipart/report; report-type={kind}; boundary=e\n\n"
            f"--e\n\n{words}\n--e\nContent-Type: message/{kind}\n\n{block}\n\n--e\n"
            f"Content-Type: message/rfc822\n\n{head}\n{quoted}\n--e--\n"
        ).encode()


def _hostile() -> Iterator[tuple[str, bytes]]:
    top = b"From: MAILER-DAEMON@y.example\nSubject: failure notice\nContent-Type: multipart/mixed; boundary=e\n\n"
    line = b"QUJDRA==" * 9 + b"\n"
    attached = b"--e\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
    yield "50 MB attached", top + attached + line * (_HUGE // len(line)) + b"--e--\n"
    words = b"<a@b.example>: user unknown, could not be delivered\n"
    yield "50 MB of refusals", top + b"--e\n\n" + words * (_HUGE // len(words)) + b"--e--\n"
    yield (
        "5,000 parts",
        top + b"--e\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\n\n" * 5_000,
    )
