"""Extend Django's SQLite backend: writers queue on a file lock.

SQLite's own busy handler polls with growing pauses and starves small writers: beside three processes that wrote
batches of 500 rows, a one-row write of the web server waited for seconds. An advisory lock (flock) on a file beside the
database is fair and wakes the next writer at once. It is acquired when a transaction starts, and released at commit,
rollback and close. Reads outside `atomic()` do not use it.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    _lock_fd: int | None = None
    _locked = False

    def _acquire_writer_lock(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._locked or not name or ":memory:" in name or "mode=memory" in name:
            return
        if self._lock_fd is None:
            self._lock_fd = os.open(f"{name}.writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_fd, fcntl.LOCK_EX)
        self._locked = True

    def _release_writer_lock(self) -> None:
        if self._locked and self._lock_fd is not None:
            self._locked = False
            fcntl.flock(self._lock_fd, fcntl.LOCK_UN)

    def _start_transaction_under_autocommit(self) -> None:
        self._acquire_writer_lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._release_writer_lock()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._release_writer_lock()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._release_writer_lock()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._release_writer_lock()
            if self._lock_fd is not None:
                os.close(self._lock_fd)
                self._lock_fd = None
