"""Run `esmero serve`, `web`, `worker` and `inbound`: the processes of an installation."""

import argparse
import os
import threading
from typing import Any

from esmero.management.command import Commands, add_command
from esmero.refusal import InvalidValue, Refusal

HEADER_TIMEOUT_MS = 5_000  # the headers of a request must have arrived by then


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    serve_parser = add_command(
        commands, "serve", handler=serve, summary="run everything on this machine: web, worker, listener"
    )
    add_command(commands, "web", handler=web, summary="run the web server alone")
    worker = add_command(
        commands, "worker", handler=work, summary="run the worker alone: it sends, imports and does what is due"
    )
    worker.add_argument("--until-idle", action="store_true", help="end when nothing is due any more")
    for one in (serve_parser, worker):
        one.add_argument(
            "--processes", type=int, default=1, help="workers side by side; more than one needs PostgreSQL"
        )
    worker.add_argument("--slot", type=int, default=1, help=argparse.SUPPRESS)
    add_command(
        commands,
        "inbound",
        handler=listen,
        summary="run the listener for returns and replies, and the reader of mailboxes, alone",
    )


def serve(options: argparse.Namespace) -> None:
    """Run all processes until SIGTERM or SIGINT."""
    from django.conf import settings

    from esmero.management.processes.process_tree import ProcessTree, hold_serve_lock, stop_on_signals

    children = list_children(processes=options.processes)
    stop = stop_on_signals()
    with hold_serve_lock(settings.HOME):
        tree = ProcessTree(children, say=print_status)
        print_status(f"house {settings.HOME} · console {settings.ESMERO.public_url}")
        tree.start()
        tree.watch(stop)
        print_status("ended")


def print_status(line: str) -> None:
    """Print and flush one line about the health of the processes."""
    print(f"esmero: {line}", flush=True)


def list_children(*, processes: int = 1) -> list[Any]:
    """Return the ChildProcesses of an installation by its settings: web, workers, inbound."""
    from django.conf import settings

    from esmero.management.processes.process_tree import ChildProcess

    _check_processes(processes)
    config = settings.ESMERO
    workers = [
        ChildProcess("worker" if slot == 1 else f"worker {slot}", ("worker", "--slot", str(slot)))
        for slot in range(1, processes + 1)
    ]
    return [
        ChildProcess("web", ("web",), _client_address(config.web_host, config.web_port)),
        *workers,
        ChildProcess("inbound", ("inbound",), _client_address(config.inbound_host, config.inbound_port)),
    ]


def _client_address(host: str, port: int) -> tuple[str, int]:
    return ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104


def _check_processes(number: int) -> None:
    from django.db import connection

    if number < 1:
        raise InvalidValue("no-worker", number=number)
    if number > 1 and connection.vendor == "sqlite":
        raise InvalidValue("sqlite-with-one-worker", number=number)


def _follow_parent() -> None:
    from esmero.management.processes.child_processes import die_with_parent
    from esmero.management.processes.process_tree import PARENT_VARIABLE

    # Removed from the environment, so that grandchildren do not compare their parent with ours.
    parent = os.environ.pop(PARENT_VARIABLE, "")
    if parent:
        die_with_parent(int(parent))


def web(options: argparse.Namespace) -> None:  # noqa: ARG001
    """Run Granian until SIGTERM."""
    from django.conf import settings
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from esmero.management.processes.web_server import WebServer, create_loader
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
        # A client that sends half a request would otherwise keep a worker from ending.
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        workers_kill_timeout=20,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=create_loader())


def work(options: argparse.Namespace) -> None:
    """Run one worker in this process, or supervise several."""
    from django.conf import settings

    from esmero.management.processes.process_tree import ChildProcess, ProcessTree, stop_on_signals
    from esmero.rounds.worker import default_name, run_worker

    _check_processes(options.processes)
    _follow_parent()
    stop = stop_on_signals()
    if options.processes > 1:
        slots = range(1, options.processes + 1)
        tree = ProcessTree(
            [ChildProcess(f"worker {slot}", ("worker", "--slot", str(slot))) for slot in slots], say=print_status
        )
        tree.start()
        tree.watch(stop)
        return
    name = default_name() if options.slot == 1 else f"{default_name()}-{options.slot}"
    run_worker(home=settings.HOME, worker=name, stop=stop, until_idle=options.until_idle)


def listen(options: argparse.Namespace) -> None:  # noqa: ARG001
    """Run the SMTP and LMTP listener and the reader of IMAP mailboxes until SIGTERM."""
    from django.conf import settings

    from esmero.mailroom.arriving.channels.listener import run_listener
    from esmero.mailroom.arriving.channels.mailboxes import run_mailboxes
    from esmero.management.processes.process_tree import stop_on_signals

    _follow_parent()
    stop = stop_on_signals()
    mailbox_thread = threading.Thread(target=run_mailboxes, args=(stop,), name="mailboxes")
    mailbox_thread.start()
    try:
        run_listener(stop)
    except OSError as taken:
        config = settings.ESMERO
        raise Refusal(
            "listener-port-taken",
            host=config.inbound_host,
            port=config.inbound_port,
            trouble=taken.strerror or str(taken),
        ) from taken
    finally:
        stop.set()
        mailbox_thread.join()
