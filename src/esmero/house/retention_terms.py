"""Define the retention terms per country as data; privacy/retention.py applies them.

Sources: Regulation (EU) 2016/679 art. 5(1)(e), 5(2), 7(1), 12(3), 17, 25, 32; for Spain Ley Orgánica 3/2018 art. 72 to
74 (infringements lapse after one to three years), Ley 34/2002 art. 45; for France the CNIL's recommendation on logging
(délibération 2021-122 of 14 October 2021: six months to a year, up to three years if a log serves internal control) and
its reference for the management of commercial activities (délibération 2021-131 of 23 September 2021: prospects three
years after the last contact). Neither of the two is binding. No law states a number of days for most data: where the
regulation says only "no longer than is necessary", the number is a convention of ours, and `source` says so. No legal
advice.
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


_NEED = "Regulation (EU) 2016/679 art. 5(1)(e)"
_PROOF = "Regulation (EU) 2016/679 art. 5(1)(e), 5(2)"

NEUTRAL: Mapping[str, RetentionTerm] = {
    "arrived-mail": RetentionTerm(180, RetentionAction.DROP, _NEED),
    "unread-mail": RetentionTerm(90, RetentionAction.ERASE, _NEED),
    "caught-mail": RetentionTerm(30, RetentionAction.ERASE, _NEED),
    "own-letters": RetentionTerm(1, RetentionAction.DROP, _NEED, maximum=1),
    "messages": RetentionTerm(1095, RetentionAction.ANONYMISE, _PROOF),
    "import-files": RetentionTerm(90, RetentionAction.DROP, _NEED),
    "import-lines": RetentionTerm(90, RetentionAction.ANONYMISE, _NEED),
    # The confirmation link is valid for seven days (rendering/tokens.py); after that the row has no purpose.
    "sign-ups": RetentionTerm(
        7, RetentionAction.ERASE, "Regulation (EU) 2016/679 art. 5(1)(b), (e), 6(1)(b)", maximum=7
    ),
    # The permission ledger holds the proof.
    "confirmed-sign-ups": RetentionTerm(
        1095, RetentionAction.ANONYMISE, "Regulation (EU) 2016/679 art. 5(1)(e), 5(2), 7(1)"
    ),
    "conversations": RetentionTerm(1095, RetentionAction.ANONYMISE, _NEED),
    "dry-runs": RetentionTerm(90, RetentionAction.ERASE, _NEED),
    "click-traces": RetentionTerm(
        1, RetentionAction.ERASE, "Regulation (EU) 2016/679 art. 5(1)(c), (e), 25", maximum=1
    ),
    "data-links": RetentionTerm(30, RetentionAction.ERASE, _NEED),
    "data-requests": RetentionTerm(1095, RetentionAction.ERASE, "Regulation (EU) 2016/679 art. 5(2), 12(3)"),
    "audit": RetentionTerm(1095, RetentionAction.ERASE, "Regulation (EU) 2016/679 art. 5(2), 32"),
    "sessions": RetentionTerm(1, RetentionAction.ERASE, "Regulation (EU) 2016/679 art. 5(1)(e), 32"),
    # Ids only: kept for the question whether a function got it.
    "happenings": RetentionTerm(30, RetentionAction.ERASE, _NEED),
    "dmarc": RetentionTerm(395, RetentionAction.ERASE, _NEED),
}


def _with_changes(**other: RetentionTerm) -> Mapping[str, RetentionTerm]:
    return {**NEUTRAL, **{code.replace("_", "-"): term for code, term in other.items()}}


_LAPSE = TermSource.LIMITATION
SPAIN = _with_changes(
    messages=RetentionTerm(
        1095, RetentionAction.ANONYMISE, "Ley 34/2002 art. 45; Ley Orgánica 3/2018 art. 72", source=_LAPSE
    ),
    confirmed_sign_ups=RetentionTerm(
        1095, RetentionAction.ANONYMISE, "Ley 34/2002 art. 45; Ley Orgánica 3/2018 art. 72", source=_LAPSE
    ),
    conversations=RetentionTerm(1095, RetentionAction.ANONYMISE, "Ley Orgánica 3/2018 art. 72", source=_LAPSE),
    data_requests=RetentionTerm(1095, RetentionAction.ERASE, "Ley Orgánica 3/2018 art. 72 and 12", source=_LAPSE),
    audit=RetentionTerm(1095, RetentionAction.ERASE, "Ley Orgánica 3/2018 art. 72", source=_LAPSE),
)
_CONTACT = "CNIL, délibération 2021-131: three years after the last contact"
FRANCE = _with_changes(
    messages=RetentionTerm(1095, RetentionAction.ANONYMISE, _CONTACT, maximum=1095, source=TermSource.ADVICE),
    confirmed_sign_ups=RetentionTerm(1095, RetentionAction.ANONYMISE, _CONTACT, maximum=1095, source=TermSource.ADVICE),
    conversations=RetentionTerm(1095, RetentionAction.ANONYMISE, _CONTACT, maximum=1095, source=TermSource.ADVICE),
    audit=RetentionTerm(
        1095,
        RetentionAction.ERASE,
        "CNIL, délibération 2021-122: three years at most, where a log serves internal control",
        maximum=1095,
        source=TermSource.ADVICE,
    ),
)


def strictest(sets: Iterable[Mapping[str, RetentionTerm]]) -> dict[str, RetentionTerm]:
    """Return the shortest term and lowest maximum of each rule; the neutral terms without any set."""
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
    return found or dict(NEUTRAL)
