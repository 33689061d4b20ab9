"""Describe the timeline entries of dossier/timeline.py in the reader's language."""

from collections.abc import Iterable

from esmero.dossier.timeline import TimelineEntry
from esmero.web.console.area import TimelineLine
from esmero.web.console.areas import collect_contributions


def describe_entries(entries: Iterable[TimelineEntry]) -> list[TimelineLine]:
    """Describe timeline entries, each by the area to which its kind belongs."""
    describers = collect_contributions().timeline
    return [describers[entry.kind](entry.at, entry.facts) for entry in entries]
