"""Run Granian: preload each of its processes, and end them reliably."""

import gc
import os
import signal
from functools import partial
from threading import Thread
from typing import Any

from granian.server import MPServer
from granian.server.mp import WorkerProcess

from esmero.management.processes.child_processes import die_with_parent

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def load_application(target: str, *, parent: int) -> Any:  # noqa: ARG001 - Granian passes the name of its target
    """Return the WSGI application, in a process that ends with the web server that forked it."""
    die_with_parent(parent)
    from esmero.wsgi import application

    preload()
    return application


def preload() -> None:
    """Load URL patterns and translations before the first request, and exempt them from garbage collection.

    A full collection over the objects of Django and the pages would stop requests for a tenth of a second each time.
    """
    from django.conf import settings
    from django.urls import get_resolver
    from django.utils.translation import override

    _ = get_resolver().url_patterns
    for language, _name in settings.LANGUAGES:
        with override(language):
            pass
    gc.collect()
    gc.freeze()


def create_loader() -> Any:
    """Return the function by which Granian loads the application, and let forked processes end while they load.

    A forked process inherits the signal handlers of the server, which have no effect in it: a SIGTERM before Granian
    installs its own would be lost. Until then the process has no request to finish, so the default action ends it.
    """
    os.register_at_fork(
        before=_block_stop_signals, after_in_parent=_unblock_stop_signals, after_in_child=_restore_default_handlers
    )
    return partial(load_application, parent=os.getpid())


def _block_stop_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)


def _unblock_stop_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def _restore_default_handlers() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    _unblock_stop_signals()


class _Worker(WorkerProcess):
    """Run a process of the web server whose exit code is known after `join`.

    Granian waits for each process in a thread. While that thread has reaped the process but not yet stored its exit
    code, a second waiter finds it neither running nor ended and reports it as killed. So `join` waits for the
    thread instead.
    """

    def _watch(self) -> None:
        self._watching = Thread(target=self._watcher)
        self._watching.start()

    def join(self, timeout: float | None = None) -> None:
        self._watching.join(timeout)


class WebServer(MPServer):
    """Run Granian with processes whose exit code is known after `join`."""

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> WorkerProcess:
        worker = super()._spawn_worker(*args, **kwargs)
        worker.__class__ = _Worker
        return worker
