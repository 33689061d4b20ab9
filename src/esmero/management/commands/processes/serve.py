"""`esmero serve`, `web`, `worker`, `inbound`: the processes of a house."""

import argparse
import os
import threading
from typing import Any

from esmero.management.command import CommandFault, Commands, add_leaf

HEADERS_WITHIN = 5_000  # milliseconds in which a request's headers must have come


def add(commands: Commands) -> None:
    """Add the commands."""
    whole = add_leaf(commands, "serve", act=serve, words="run everything on this machine: web, worker, listener")
    add_leaf(commands, "web", act=web, words="run the web server alone")
    worker = add_leaf(
        commands, "worker", act=work, words="run the worker alone: it sends, imports and does what is due"
    )
    worker.add_argument("--until-idle", action="store_true", help="end when nothing is due any more")
    for one in (whole, worker):
        one.add_argument(
            "--processes", type=int, default=1, help="workers side by side; more than one needs PostgreSQL"
        )
    worker.add_argument("--slot", type=int, default=1, help=argparse.SUPPRESS)
    add_leaf(
        commands,
        "inbound",
        act=listen,
        words="run the listener for returns and replies, and the reader of mailboxes, alone",
    )


def serve(options: argparse.Namespace) -> None:
    """Run the whole house until SIGTERM or SIGINT."""
    from django.conf import settings

    from esmero.management.processes.process_tree import Tree, only_one, stop_on_signals

    children = house_children(processes=options.processes)
    stop = stop_on_signals()
    with only_one(settings.HOME):
        tree = Tree(children, say=say)
        say(f"house {settings.HOME} · console {settings.ESMERO.public_url}")
        tree.start()
        tree.watch(stop)
        say("ended")


def say(line: str) -> None:
    """Print one line about the health of the house, at once."""
    print(f"esmero: {line}", flush=True)


def house_children(*, processes: int = 1) -> list[Any]:
    """Return the children of a whole house as its settings have them."""
    from django.conf import settings

    from esmero.management.processes.process_tree import Child

    _check_processes(processes)
    config = settings.ESMERO
    workers = [
        Child("worker" if slot == 1 else f"worker {slot}", ("worker", "--slot", str(slot)))
        for slot in range(1, processes + 1)
    ]
    return [
        Child("web", ("web",), _reach(config.web_host, config.web_port)),
        *workers,
        Child("inbound", ("inbound",), _reach(config.inbound_host, config.inbound_port)),
    ]


def _reach(host: str, port: int) -> tuple[str, int]:
    return ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104


def _check_processes(number: int) -> None:
    from django.db import connection

    if number < 1:
        raise CommandFault(f"--processes {number}: at least one worker is needed.")
    if number > 1 and connection.vendor == "sqlite":
        raise CommandFault(
            f"--processes {number}: on SQLite one process writes the ledger. Set database_url to a PostgreSQL for more."
        )


def _follow_parent() -> None:
    from esmero.management.processes.child_processes import die_with_parent
    from esmero.management.processes.process_tree import PARENT

    parent = os.environ.pop(PARENT, "")
    if parent:
        die_with_parent(int(parent))


def web(options: argparse.Namespace) -> None:  # noqa: ARG001
    """Run Granian until SIGTERM."""
    from django.conf import settings
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from esmero.management.processes.web_server import WebServer, loader
    from esmero.web.parts.static_files import collect_static

    _follow_parent()
    collect_static()
    config = settings.ESMERO
    server = WebServer(
        "esmero.wsgi:application",
        address=config.web_host,
        port=config.web_port,
        interface=Interfaces.WSGI,
        workers=config.web_workers,
        blocking_threads=4,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        # A client that sends half a request and no more keeps a worker from ending: for so long, not longer.
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
        workers_kill_timeout=20,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=loader())


def work(options: argparse.Namespace) -> None:
    """Run one worker here, or a tree of several."""
    from django.conf import settings

    from esmero.management.processes.process_tree import Child, Tree, stop_on_signals
    from esmero.rounds.worker import default_name, run_worker

    _check_processes(options.processes)
    _follow_parent()
    stop = stop_on_signals()
    if options.processes > 1:
        slots = range(1, options.processes + 1)
        tree = Tree([Child(f"worker {slot}", ("worker", "--slot", str(slot))) for slot in slots], say=say)
        tree.start()
        tree.watch(stop)
        return
    name = default_name() if options.slot == 1 else f"{default_name()}-{options.slot}"
    run_worker(home=settings.HOME, worker=name, stop=stop, until_idle=options.until_idle)


def listen(options: argparse.Namespace) -> None:  # noqa: ARG001
    """Run the listener until SIGTERM."""
    from django.conf import settings

    from esmero.mailroom.arriving.channels.listener import run_listener
    from esmero.mailroom.arriving.channels.mailboxes import run_mailboxes
    from esmero.management.processes.process_tree import stop_on_signals

    _follow_parent()
    stop = stop_on_signals()
    fetching = threading.Thread(target=run_mailboxes, args=(stop,), name="mailboxes")
    fetching.start()
    try:
        run_listener(stop)
    except OSError as taken:
        config = settings.ESMERO
        raise CommandFault(
            f"The listener cannot use {config.inbound_host}:{config.inbound_port} ({taken.strerror or taken}). "
            "Set inbound_port in esmero.toml, or end what uses it."
        ) from taken
    finally:
        stop.set()
        fetching.join()
