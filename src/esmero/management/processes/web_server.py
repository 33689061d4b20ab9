"""The web server: what each of its processes loads, and how it ends them."""

import gc
import os
import signal
from functools import partial
from threading import Thread
from typing import Any

from granian.server import MPServer
from granian.server.mp import WorkerProcess

from esmero.management.processes.child_processes import die_with_parent

ENDING = (signal.SIGTERM, signal.SIGINT)


def load(target: str, *, parent: int) -> Any:  # noqa: ARG001 - Granian hands over the name of what it loads
    """Return the application, in a process that ends with the web server that began it."""
    die_with_parent(parent)
    from esmero.wsgi import application

    settle()
    return application


def settle() -> None:
    """Load what every request needs before the first one, and take it out of every search for garbage.

    A search through all that Django and the pages hold stops a request for a tenth of a second, again and again.
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


def loader() -> Any:
    """Return what Granian is to load in each process of this web server, and let those stop while they load.

    A forked process begins with the server's own handlers, which in it do nothing: told to stop before Granian
    listens to signals there, it would go on. Until then it has nothing to finish, so it stops.
    """
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_stop_at_once)
    return partial(load, parent=os.getpid())


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def _release() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _stop_at_once() -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    _release()


class _Worker(WorkerProcess):
    """A process of the web server whose end is known once it was waited for.

    Granian lets a thread wait for each process. Where that thread has fetched the end but not yet noted it, a second
    one that waits finds the process neither running nor ended, and says that it was killed.
    """

    def _watch(self) -> None:
        self._watching = Thread(target=self._watcher)
        self._watching.start()

    def join(self, timeout: float | None = None) -> None:
        self._watching.join(timeout)


class WebServer(MPServer):
    """Granian with processes whose end is known once it was waited for."""

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> WorkerProcess:
        worker = super()._spawn_worker(*args, **kwargs)
        worker.__class__ = _Worker
        return worker
