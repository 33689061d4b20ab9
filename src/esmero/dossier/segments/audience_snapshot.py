"""Take a snapshot of a segment's persons as an array of ids, so that a chunked job runs the query only once.

A snapshot lives in the memory of the process, eight octets a person. A process that resumes the job queries again from
its position, and then sees persons who joined or left meanwhile.
"""

from array import array
from bisect import bisect_right
from typing import Any

from esmero.dossier.segments.selection import select_persons

_AT_ONCE = 20_000


class AudienceSnapshots:
    """Hold one snapshot at a time: a process runs one job after the other."""

    def __init__(self) -> None:
        self._of = 0
        self._ids = array("q")

    def select(self, of: int, conditions: Any, *, after: int) -> "array[int]":
        """Query the persons beyond an id and store them as the snapshot of `of`; raises SegmentFault."""
        rows = select_persons(conditions).filter(id__gt=after).values_list("id", flat=True)
        self._of, self._ids = of, array("q", rows.iterator(chunk_size=_AT_ONCE))
        return self._ids

    def take(self, of: int, conditions: Any, *, after: int, limit: int) -> "array[int]":
        """Return at most `limit` ids beyond `after`; query only if this process holds no snapshot of `of`."""
        ids = self._ids if of == self._of else self.select(of, conditions, after=after)
        place = bisect_right(ids, after)
        return ids[place : place + limit]

    def drop(self, of: int) -> None:
        """Release a snapshot at the end of its job."""
        if of == self._of:
            self._of, self._ids = 0, array("q")


SNAPSHOTS = AudienceSnapshots()
