"""Set up the demo installation, send its campaigns and simulate the replies."""

import contextlib
import os
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esmero.work.stop_signal import StopSignal

WEB_PORT, INBOUND_PORT = 8000, 2525


def run_demo(*, began: float | None, once: bool) -> int:
    """Set up, start all processes, seed, send and reply; then serve until a stop signal. Return the exit code."""
    began = began or time.time()
    os.environ.setdefault("ESMERO_HOME", "var/demo")
    os.environ["ESMERO_DEMO"] = "1"
    web = _choose_port("ESMERO_WEB_PORT", WEB_PORT)
    _choose_port("ESMERO_INBOUND_PORT", INBOUND_PORT)
    os.environ.setdefault("ESMERO_PUBLIC_URL", f"http://127.0.0.1:{web}")

    from esmero.management.commands.house.init import migrate, prepare_home
    from esmero.management.processes.process_tree import ProcessTree, hold_serve_lock, stop_on_signals

    home = Path(os.environ["ESMERO_HOME"]).expanduser().absolute()
    # Without quiet hours, so that mail leaves also where somebody looks at it in the evening.
    prepare_home(home, settings="demo = true\nquiet_hours = false\n")
    stop = stop_on_signals()
    with hold_serve_lock(home):
        migrate()
        from esmero.management.commands.processes.serve import list_children, print_status

        tree = ProcessTree(list_children(), say=print_status)
        tree.start()
        troubles: list[str] = []
        story = threading.Thread(
            target=_run_story_thread,
            kwargs={"began": began, "once": once, "stop": stop, "troubles": troubles},
            daemon=True,
        )
        story.start()
        tree.watch(stop)
        story.join(timeout=5)
    return 1 if troubles else 0


def _choose_port(variable: str, wanted: int) -> int:
    """Return the port that the variable sets, else the first free one from `wanted` on; set the variable to it."""
    if os.environ.get(variable):
        return int(os.environ[variable])
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        os.environ[variable] = str(port)
        return port
    raise OSError(f"No port between {wanted} and {wanted + 49} is free. Set {variable}.")


def _run_story_thread(*, began: float, once: bool, stop: "StopSignal", troubles: list[str]) -> None:
    """Seed, send and reply; print faults and let the processes run on."""
    from django.db import connections

    try:
        _run_story(began=began, stop=stop, troubles=troubles)
    except InterruptedError:
        pass
    except BrokenPipeError:  # nobody reads the output: stop, as `esmero serve` does
        stop.set()
    except Exception as trouble:  # noqa: BLE001 - must be printed, and must not stop the processes
        troubles.append(f"{type(trouble).__name__}: {trouble}")
    finally:
        connections.close_all()
        with contextlib.suppress(BrokenPipeError):
            for words in troubles:
                _print_status(f"trouble: {words}")
            if not stop.is_set():
                _print_log_ins()
        if once:
            stop.set()


def _run_story(*, began: float, stop: "StopSignal", troubles: list[str]) -> None:
    from django.conf import settings

    from esmero.demo.history import has_answers, send_first_campaigns, submit_answers, wait_for_answers
    from esmero.demo.seed import seed_house

    fresh = seed_house(public_url=settings.ESMERO.public_url)
    _print_status(
        f"6,000 invented people seeded after {time.time() - began:.1f} s" if fresh else "the house is as you left it"
    )

    def print_first_mail() -> None:
        if fresh:
            _print_status(f"first mail in the catcher after {time.time() - began:.1f} s")

    campaigns = send_first_campaigns(stop=stop, on_first_mail=print_first_mail)
    if not has_answers():
        _wait_for_ports(stop)
        given, refused = submit_answers(campaigns)
        troubles += refused
        replies = ", ".join(f"{number} {kind}" for kind, number in given.items())
        _print_status(f"people answered: {replies}")
        effects = wait_for_answers(given, stop=stop)
        _print_status("what came of it: " + ", ".join(f"{number} {kind}" for kind, number in effects.items()))


def _print_log_ins() -> None:
    """Print the address of the console and the log-ins; also after a fault, because the console shows it."""
    from django.conf import settings

    from esmero.demo.group import PASSWORD, STAFF

    address = settings.ESMERO.public_url
    log_ins = "\n".join(f"    {email:38} {role:8} {language}" for email, _name, role, language in STAFF)
    _print_status(
        f"open {address}/console/\n  log-ins, all with the password {PASSWORD}:\n{log_ins}\n"
        "  Ctrl-C ends it; `make clean` removes it."
    )


def _wait_for_ports(stop: "StopSignal") -> None:
    from django.conf import settings

    config = settings.ESMERO
    for port in (config.web_port, config.inbound_port):
        while not stop.wait(0.05):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
            except OSError:
                continue
            break


def _print_status(words: str) -> None:
    print(f"esmero demo: {words}", flush=True)
