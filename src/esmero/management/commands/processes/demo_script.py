"""`esmero demo`, from an empty folder to a house in which something happens."""

import contextlib
import os
import socket
import threading
import time
from pathlib import Path

WEB_PORT, INBOUND_PORT = 8000, 2525


def run_demo(*, began: float | None, once: bool) -> int:
    """Set up, seed, start everything, send and answer; then serve until told to stop. Returns the exit code."""
    began = began or time.time()
    os.environ.setdefault("ESMERO_HOME", "var/demo")
    os.environ["ESMERO_DEMO"] = "1"
    web = _choose_port("ESMERO_WEB_PORT", WEB_PORT)
    _choose_port("ESMERO_INBOUND_PORT", INBOUND_PORT)
    os.environ.setdefault("ESMERO_PUBLIC_URL", f"http://127.0.0.1:{web}")

    from esmero.management.commands.house.init import furnish, migrate
    from esmero.management.processes.process_tree import Tree, only_one, stop_on_signals

    home = Path(os.environ["ESMERO_HOME"]).expanduser().absolute()
    furnish(home, settings="demo = true\n")
    stop = stop_on_signals()
    with only_one(home):
        migrate()
        from esmero.management.commands.processes.serve import house_children, say

        tree = Tree(house_children(), say=say)
        tree.start()
        troubles: list[str] = []
        director = threading.Thread(
            target=_direct, kwargs={"began": began, "once": once, "stop": stop, "troubles": troubles}, daemon=True
        )
        director.start()
        tree.watch(stop)
        director.join(timeout=5)
    return 1 if troubles else 0


def _choose_port(variable: str, wanted: int) -> int:
    """Return the port to use: the one that is set, else the wanted one, else the next that is free."""
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


def _direct(*, began: float, once: bool, stop: threading.Event, troubles: list[str]) -> None:
    """Seed and play the story; what goes wrong is said, and the house goes on."""
    from django.db import connections

    try:
        _play(began=began, stop=stop, troubles=troubles)
    except InterruptedError:
        pass
    except BrokenPipeError:  # nobody reads what is said: the house ends, as `esmero serve` does
        stop.set()
    except Exception as trouble:  # noqa: BLE001 - a thread's fault must be seen, and must not end the house
        troubles.append(f"{type(trouble).__name__}: {trouble}")
    finally:
        connections.close_all()
        with contextlib.suppress(BrokenPipeError):
            for words in troubles:
                _say(f"trouble: {words}")
            if not stop.is_set():
                _tell_doors()
        if once:
            stop.set()


def _play(*, began: float, stop: threading.Event, troubles: list[str]) -> None:
    from django.conf import settings

    from esmero.demo.history import has_answers, send_first_campaigns, submit_answers, wait_for_answers
    from esmero.demo.seed import seed_house

    fresh = seed_house(public_url=settings.ESMERO.public_url)
    _say(f"6,000 invented people seeded after {time.time() - began:.1f} s" if fresh else "the house is as you left it")

    def tell_first() -> None:
        if fresh:
            _say(f"first mail in the catcher after {time.time() - began:.1f} s")

    campaigns = send_first_campaigns(stop=stop, on_first_mail=tell_first)
    if not has_answers():
        _wait_for_doors(stop)
        given, refused = submit_answers(campaigns)
        troubles += refused
        told = ", ".join(f"{number} {kind}" for kind, number in given.items())
        _say(f"people answered: {told}")
        came = wait_for_answers(given, stop=stop)
        _say("what came of it: " + ", ".join(f"{number} {kind}" for kind, number in came.items()))


def _tell_doors() -> None:
    """Say where to open it and who may sign in; also when something went wrong, for the console says what."""
    from django.conf import settings

    from esmero.demo.group import PASSWORD, STAFF

    address = settings.ESMERO.public_url
    log_ins = "\n".join(f"    {email:38} {role:8} {language}" for email, _name, role, language in STAFF)
    _say(
        f"open {address}/console/\n  log-ins, all with the password {PASSWORD}:\n{log_ins}\n"
        "  Ctrl-C ends it; `make clean` removes it."
    )


def _wait_for_doors(stop: threading.Event) -> None:
    from django.conf import settings

    config = settings.ESMERO
    for port in (config.web_port, config.inbound_port):
        while not stop.wait(0.05):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
            except OSError:
                continue
            break


def _say(words: str) -> None:
    print(f"esmero demo: {words}", flush=True)
