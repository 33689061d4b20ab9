"""Define retention terms; their values are data of the jurisdiction profiles, applied by privacy/retention.py.

Sources of the shipped values: Regulation (EU) 2016/679 art. 5(1)(e), 5(2), 7(1), 12(3), 17, 25, 32; for Spain Ley
Orgánica 3/2018 art. 72 to 74 (infringements lapse after one to three years), Ley 34/2002 art. 45; for France the CNIL's
recommendation on logging (délibération 2021-122 of 14 October 2021: six months to a year, up to three years if a log
serves internal control) and its reference for the management of commercial activities (délibération 2021-131 of
23 September 2021: prospects three years after the last contact). Neither of the two is binding. No law states a number
of days for most data: where the regulation says only "no longer than is necessary", the number is a convention of ours,
and `source` says so. No legal advice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

LONGEST = 3650  # days: most that an operator may set if no law states a maximum


class RetentionAction(StrEnum):
    """Define the action at the end of a term."""

    ERASE = "erase"  # delete the row with its file
    ANONYMISE = "anonymise"  # blank identifying columns; the row still counts
    DROP = "drop"  # delete the file; the row documents it


class TermSource(StrEnum):
    """Define the source of the number of days."""

    CONVENTION = "convention"  # the law requires only that it is no longer than needed
    ADVICE = "advice"  # recommended by an authority
    LIMITATION = "limitation"  # limitation period of claims and infringements


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """Define a term: `days` after the event `action` is performed; `maximum` is the legal limit (None: no limit).

    `norm` is the legal source of the obligation, `source` that of the number of days.
    """

    days: int
    action: RetentionAction
    norm: str
    maximum: int | None = None
    source: TermSource = TermSource.CONVENTION

    @property
    def longest(self) -> int:
        """Return the most days that an operator may set."""
        return self.maximum if self.maximum is not None else LONGEST


def strictest(sets: Iterable[Mapping[str, RetentionTerm]]) -> dict[str, RetentionTerm]:
    """Return the shortest term and lowest maximum of each rule; nothing without any set."""
    found: dict[str, RetentionTerm] = {}
    for terms in sets:
        for code, term in terms.items():
            have = found.get(code)
            if have is None:
                found[code] = term
                continue
            shorter = min(have, term, key=lambda one: one.days)
            maxima = [one.maximum for one in (have, term) if one.maximum is not None]
            found[code] = replace(shorter, maximum=min(maxima, default=None))
    return found
