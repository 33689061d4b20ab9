"""Rates as token buckets: what may leave now, without ever putting a worker to sleep that has other work."""

import time
from collections.abc import Callable


class TokenBucket:
    """So many tokens a second, at most one second's worth at once. `take` gives what there is, from 0 to `wanted`."""

    def __init__(self, per_second: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self._clock = clock
        self._tokens = max(per_second or 0.0, 1.0)
        self._at = clock()

    def take(self, wanted: int) -> int:
        if self.per_second is None:
            return wanted
        now = self._clock()
        self._tokens = min(self._tokens + (now - self._at) * self.per_second, max(self.per_second, 1.0))
        self._at = now
        given = min(wanted, int(self._tokens))
        self._tokens -= given
        return given

    def give_back(self, unused: int) -> None:
        """Return tokens that were taken for messages that then did not leave."""
        self._tokens += unused
