"""Single messages by `outbox.post`, each with a PDF of its own: posted one by one, sent by another process.

Alone: `python -m bench.posting [NUMBER] [KILLS]`. The sending process is killed (SIGKILL) at even distances while the
rest is posted and sent. The bars are 250 messages per CPU-second of posting and sending processes together, 200 MB of
memory for each, at most 10 standing dispatches, and every message once in Postfix's smtp-sink or named as in doubt.
"""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from bench.figures import show, tell
from bench.house import open_house
from bench.sink import open_sink

NUMBER = 10_000
KILLS = 2
PDF_OCTETS = 60_000
BAR = 250
MEMORY_BAR = 200  # MB
DISPATCHES_BAR = 10
MJML = """<mjml><mj-body><mj-section><mj-column><mj-text>Hola {{ given_name }}: su factura {{ number }}.</mj-text>
</mj-column></mj-section></mj-body></mjml>"""


def run(*, number: int, kills: int) -> bool:
    """Post and send so many messages; show rate, memory and dispatches."""
    home = open_house()
    with open_sink() as sink:
        brand, version, people, files = _fill(number, port=sink.port)
        sender = SendingProcess(home, number=number, kills=kills)
        cpu, began = time.process_time(), time.perf_counter()
        sender.start()
        _post(brand, version, people, files)
        posted = time.process_time() - cpu
        tell("posting alone, messages per CPU-second", number / posted, unit="/s")
        sender.finish()
        passed = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        arrived = sink.recipients()
    return _judge(arrived, number=number, posted=posted, memory=memory, sender=sender, passed=passed)


def _judge(
    arrived: Counter[str], *, number: int, posted: float, memory: float, sender: "SendingProcess", passed: float
) -> bool:
    from esmero.outbox.models import Dispatch, Message

    states = dict(Message.objects.values_list("address", "state"))
    lost = [address for address, state in states.items() if state == "sent" and not arrived[address]]
    doubled = [address for address, times in arrived.items() if times > 1]
    doubts = sum(state == "doubt" for state in states.values())
    if len(states) != number or lost or doubled or set(states.values()) - {"sent", "doubt"}:
        raise SystemExit(f"posting: {len(lost)} lost, {len(doubled)} doubled, {Counter(states.values())}")
    tell("posting, in doubt after the kills", doubts, unit="")
    tell("posting and sending, messages per second", number / passed, unit="/s")
    met = show("posting and sending, messages per CPU-second", number / (posted + sender.used), bar=BAR, unit="/s")
    met &= show("posting, memory", memory, bar=MEMORY_BAR, unit="MB", at_most=True)
    met &= show("posted messages, memory of the sender", sender.memory, bar=MEMORY_BAR, unit="MB", at_most=True)
    dispatches = Dispatch.objects.count()
    return show("posting, dispatches", dispatches, bar=DISPATCHES_BAR, unit="", at_most=True) and met


class SendingProcess:
    """Run a sender beside the poster, kill it at even distances, and sum what all its lives used."""

    def __init__(self, home: Path, *, number: int, kills: int) -> None:
        self._home = home
        self._number = number
        self._marks = [number * (kill + 1) // (kills + 1) for kill in range(kills)]
        self._thread = threading.Thread(target=self._watch, name="sending")
        self.used = self.memory = 0.0  # CPU-seconds; the greatest resident set, in MB

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def finish(self) -> None:
        """Wait until every message is sent or in doubt."""
        self._thread.join()

    def _watch(self) -> None:
        for mark in [*self._marks, self._number]:
            pid = subprocess.Popen([sys.executable, "-m", "bench.posting", "send", str(self._home)]).pid
            while self._sent() < mark:
                time.sleep(0.05)
            os.kill(pid, signal.SIGTERM if mark == self._number else signal.SIGKILL)
            _, _, used = os.wait4(pid, 0)
            self.used += used.ru_utime + used.ru_stime
            self.memory = max(self.memory, used.ru_maxrss / 1024)

    def _sent(self) -> int:
        import sqlite3

        with sqlite3.connect(f"file:{self._home / 'esmero.sqlite3'}?mode=ro", uri=True, timeout=30) as database:
            query = "SELECT count(*) FROM esmero_message WHERE state IN ('sent', 'doubt')"
            return int(database.execute(query).fetchone()[0])


def _fill(number: int, *, port: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - models are imported within
    from esmero.content.versions import add_version, create_template
    from esmero.house.models import Brand, Issuer
    from esmero.mailroom.composing.recipient_fields import known_fields
    from esmero.outbox.models import Relay
    from esmero.people.models import Address, Person
    from esmero.rendering.templates.compile import TemplateSource
    from esmero.vault.files import seal

    brand = Brand.objects.create(
        slug="fibra-norte", name="Fibra Norte", profile="ES", language="es",
        issuer=Issuer.objects.create(name="Fibra Norte, S. L."),
        sender_name="Fibra Norte", sender_address="facturas@fibra-norte.example", phone="+34 987 000 000",
        postal_address="Calle de la Rúa 1, 24003 León", public_url="https://correo.fibra-norte.example",
        return_domain="r.fibra-norte.example",
    )  # fmt: skip
    Relay.objects.create(name="sink", host="127.0.0.1", port=port, security="none", relay_signs=True, connections=8)
    source = TemplateSource("es", "Su factura {{ number }}", "", MJML)
    version = add_version(create_template("Factura", brand=brand), texts=[source], fields=known_fields())
    addresses = Address.objects.bulk_create(
        [Address(value=f"p{n}@cliente.example", domain="cliente.example") for n in range(number)], batch_size=1000
    )
    people = Person.objects.bulk_create(
        [Person(address=one, given_name=f"Nombre {n}", language="es") for n, one in enumerate(addresses)],
        batch_size=1000,
    )
    # By number only: in memory they would be counted as the poster's.
    files = [seal(os.urandom(PDF_OCTETS), kind="invoice", media_type="application/pdf").pk for _ in people]
    return brand, version, people, files


def _post(brand, version, people, files) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    from esmero.outbox.models import MessageClass
    from esmero.outbox.posting.content import AttachedFile, FilledTemplate, ToPerson
    from esmero.outbox.posting.kinds import MessageKind
    from esmero.outbox.posting.post import post

    kind = MessageKind(name="bench-invoice", message_class=MessageClass.SERVICE)
    reason = {"es": "Es cliente de Fibra Norte"}
    for number, (person, file) in enumerate(zip(people, files, strict=True)):
        post(
            kind,
            ToPerson(person),
            FilledTemplate(version, {"number": f"F-{number:06}"}),
            brand=brand,
            key=f"invoice {file}",
            attachments=[AttachedFile(file, f"factura-{number:06}.pdf")],
            reason=reason,
        )


def send(home: Path) -> None:
    """Be the sending process, until told to end."""
    os.environ["ESMERO_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")
    import django

    django.setup()
    from esmero.rounds.worker import make_sender, run_sender
    from esmero.work.stop_signal import StopSignal

    stop = StopSignal()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_sender(make_sender(home=home, worker="posting"), stop=stop)


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send(Path(sys.argv[2]))
    else:
        met = run(
            number=int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER,
            kills=int(sys.argv[2]) if len(sys.argv) > 2 else KILLS,
        )
        sys.exit(0 if met else 1)
