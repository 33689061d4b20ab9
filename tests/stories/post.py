"""A house that writes through a relay on loopback and hears what comes back: what the stories of the post share."""

import asyncio
import csv
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections

from esmero.campaigns.models import Campaign
from esmero.mailroom.arriving.channels.listener import serve
from esmero.mailroom.models import Inbound
from esmero.management.command_line import run
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Address
from esmero.rounds.worker import run_worker
from esmero.work.stop_signal import StopSignal
from tests.house_facts import MJML

NOTHING, ABSENT, FOR_NOW, OURS, FOR_GOOD = (
    Message.Worst.NOTHING,
    Message.Worst.ABSENT,
    Message.Worst.SOFT_BOUNCE,
    Message.Worst.OUR_FAULT,
    Message.Worst.HARD_BOUNCE,
)


@contextmanager
def open_listener():
    """Run the real listener in a thread, where the settings say."""
    up = threading.Event()
    known = {}

    async def listen():
        known["loop"], known["stop"] = asyncio.get_running_loop(), asyncio.Event()
        ready = known["loop"].create_future()
        task = asyncio.create_task(serve(known["stop"], ready=ready))
        await ready
        up.set()
        await task

    thread = threading.Thread(target=lambda: (asyncio.run(listen()), connections.close_all()))
    thread.start()
    assert up.wait(30)
    try:
        yield
    finally:
        known["loop"].call_soon_threadsafe(known["stop"].set)
        thread.join(60)
        assert not thread.is_alive()


def work_until_idle():
    """Do all that is due, as the worker does."""
    run_worker(home=settings.HOME, worker="w", stop=StopSignal(), until_idle=True)


def bring_and_start(file: Path, folder: Path) -> Campaign:
    """Bring a list in and start the newsletter to all of it, by the command line."""
    how = ["--source", "Exportación de la oficina", "--map", "¿Acepta publicidad?=consent"]
    assert run(["import", str(file), "--brand", "fibra-norte", *how]) == 0
    letter = folder / "letter.mjml"
    letter.write_text(MJML)
    assert run(["segment", "create", "Todos"]) == 0
    words = ["--topic", "novedades", "--template", str(letter), "--subject", "Hola", "--segment", "Todos"]
    assert run(["campaign", "create", "--brand", "fibra-norte", *words, "--reason", "usted es cliente"]) == 0
    campaign = Campaign.objects.get()
    for act in ("dry-run", "start"):
        assert run(["campaign", act, str(campaign.pk)]) == 0
    campaign.refresh_from_db()
    return campaign


def read_fates(truth: Path, *, most_lines: int | None) -> dict[str, str]:
    """Return {number: fate} of whom the list's maker lets have the newsletter, of the first so many lines."""
    with truth.open(encoding="utf-8", newline="") as file:
        lines = [
            line for line in csv.DictReader(file, delimiter="\t") if not most_lines or int(line["line"]) <= most_lines
        ]
    return {line["id"]: line["fate"] for line in lines if line["commercial"] == "1"}


def cut_list(file: Path, *, most_lines: int | None, to: Path) -> Path:
    """Write the first so many lines of a list (the head is one)."""
    lines = file.read_bytes().split(b"\r\n")
    to.write_bytes(b"\r\n".join(lines[:most_lines] if most_lines else lines))
    return to


def outcomes(campaign: Campaign) -> dict[str, tuple[str, int, str]]:
    """Return {address: (state, worst, standing)} of all who were to be written to."""
    rows = Message.objects.filter(dispatch=campaign.dispatch_id).exclude(state="refused")
    standing = dict(Address.objects.values_list("value", "standing"))
    return {one.address: (one.state, one.worst, standing[one.address]) for one in rows}


def events(campaign: Campaign, fates: dict[str, str]) -> dict[str, Counter[tuple[str, ...]]]:
    """Return {fate: {the kinds of events of one message, in order: how many such}}."""
    told: dict[int, list[str]] = {}
    for message, kind in MessageEvent.objects.order_by("at", "id").values_list("message", "kind"):
        told.setdefault(message, []).append(kind)
    found: dict[str, Counter[tuple[str, ...]]] = {}
    rows = Message.objects.filter(dispatch=campaign.dispatch_id).exclude(state="refused")
    for pk, number in rows.values_list("id", "person__number"):
        found.setdefault(fates[number], Counter())[tuple(told.get(pk, ()))] += 1
    return found


def waiting_inbound() -> int:
    """Return how many mails that came back nobody has read yet."""
    return Inbound.objects.filter(state=Inbound.State.NEW).count()
