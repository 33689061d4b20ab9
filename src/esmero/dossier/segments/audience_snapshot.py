"""Whom conditions select, as a row of ids that is walked piece by piece: the conditions are asked once, not for each piece.

A crowd is kept in the memory of the process that walks it, eight octets a person. Another process that goes on with the
walk asks anew, from where it was: who came in or dropped out meanwhile is then seen there.
"""

from array import array
from bisect import bisect_right
from typing import Any

from esmero.dossier.segments.selection import select_persons

_AT_ONCE = 20_000


class AudienceSnapshots:
    """The crowd that is being walked, one at a time: a process does one job after the other."""

    def __init__(self) -> None:
        self._of = 0
        self._ids = array("q")

    def select(self, of: int, conditions: Any, *, after: int) -> "array[int]":
        """Ask who is selected, beyond an id, and keep them as the crowd `of` something; raises SegmentFault."""
        rows = select_persons(conditions).filter(id__gt=after).values_list("id", flat=True)
        self._of, self._ids = of, array("q", rows.iterator(chunk_size=_AT_ONCE))
        return self._ids

    def take(self, of: int, conditions: Any, *, after: int, limit: int) -> "array[int]":
        """Return the next ids beyond one, at most `limit`; asks only where this process does not hold the crowd."""
        ids = self._ids if of == self._of else self.select(of, conditions, after=after)
        place = bisect_right(ids, after)
        return ids[place : place + limit]

    def drop(self, of: int) -> None:
        """Forget a crowd that was walked to its end."""
        if of == self._of:
            self._of, self._ids = 0, array("q")


CROWDS = AudienceSnapshots()
