"""How long what is kept, per country: the terms of storage as data. privacy/retention.py carries them out.

Sources: Regulation (EU) 2016/679 art. 5(1)(e), 5(2), 7(1), 12(3), 17, 25, 32; for Spain Ley Orgánica 3/2018 art. 72 to 74
(infringements lapse after one to three years), Ley 34/2002 art. 45; for France the CNIL's recommendation on logging
(délibération 2021-122 of 14 October 2021: six months to a year, up to three years where a log serves internal control) and its
reference for the management of commercial activities (délibération 2021-131 of 23 September 2021: prospects three years
after the last contact). Neither of the two is binding. No law names a number of days for most of what is kept: where the
regulation says only "no longer than is necessary", the number is a convention of ours, and `rests` says so. Nothing here is
legal advice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

LONGEST = 3650  # days: what an operator may set where no law names a maximum


class RetentionAction(StrEnum):
    """What happens when a term is over."""

    ERASE = "erase"  # the row goes, with its file
    ANONYMISE = "anonymise"  # the row stays and is counted; what names somebody goes
    DROP = "drop"  # the file goes; the row says that it was there


class TermSource(StrEnum):
    """Where the number of days comes from."""

    CONVENTION = "convention"  # the law says only that it must be no longer than needed
    ADVICE = "advice"  # an authority recommends it
    LIMITATION = "limitation"  # so long somebody may be called to account for it


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """`days` after the event at which `deed` is done; `maximum` is the most that may be set (None: nothing names one).

    `norm` is what obliges to end it, `rests` where the number of days comes from.
    """

    days: int
    deed: RetentionAction
    norm: str
    maximum: int | None = None
    rests: TermSource = TermSource.CONVENTION

    @property
    def longest(self) -> int:
        """The most days that an operator may set."""
        return self.maximum if self.maximum is not None else LONGEST


_NEED = "Regulation (EU) 2016/679 art. 5(1)(e)"
_PROOF = "Regulation (EU) 2016/679 art. 5(1)(e), 5(2)"

NEUTRAL: Mapping[str, RetentionTerm] = {
    "arrived-mail": RetentionTerm(180, RetentionAction.DROP, _NEED),
    "unread-mail": RetentionTerm(90, RetentionAction.ERASE, _NEED),
    "caught-mail": RetentionTerm(30, RetentionAction.ERASE, _NEED),
    "own-letters": RetentionTerm(1, RetentionAction.DROP, _NEED),
    "messages": RetentionTerm(1095, RetentionAction.ANONYMISE, _PROOF),
    "import-files": RetentionTerm(90, RetentionAction.DROP, _NEED),
    "import-lines": RetentionTerm(90, RetentionAction.ANONYMISE, _NEED),
    # The link that confirms lives seven days (rendering/tokens.py); after that the row serves nothing.
    "sign-ups": RetentionTerm(
        7, RetentionAction.ERASE, "Regulation (EU) 2016/679 art. 5(1)(b), (e), 6(1)(b)", maximum=7
    ),
    # Their proof stands in the ledger of permissions.
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
    "dmarc": RetentionTerm(395, RetentionAction.ERASE, _NEED),
}


def _differ(**other: RetentionTerm) -> Mapping[str, RetentionTerm]:
    return {**NEUTRAL, **{code.replace("_", "-"): term for code, term in other.items()}}


_LAPSE = TermSource.LIMITATION
SPAIN = _differ(
    messages=RetentionTerm(
        1095, RetentionAction.ANONYMISE, "Ley 34/2002 art. 45; Ley Orgánica 3/2018 art. 72", rests=_LAPSE
    ),
    confirmed_sign_ups=RetentionTerm(
        1095, RetentionAction.ANONYMISE, "Ley 34/2002 art. 45; Ley Orgánica 3/2018 art. 72", rests=_LAPSE
    ),
    conversations=RetentionTerm(1095, RetentionAction.ANONYMISE, "Ley Orgánica 3/2018 art. 72", rests=_LAPSE),
    data_requests=RetentionTerm(1095, RetentionAction.ERASE, "Ley Orgánica 3/2018 art. 72 and 12", rests=_LAPSE),
    audit=RetentionTerm(1095, RetentionAction.ERASE, "Ley Orgánica 3/2018 art. 72", rests=_LAPSE),
)
_CONTACT = "CNIL, délibération 2021-131: three years after the last contact"
FRANCE = _differ(
    messages=RetentionTerm(1095, RetentionAction.ANONYMISE, _CONTACT, maximum=1095, rests=TermSource.ADVICE),
    confirmed_sign_ups=RetentionTerm(1095, RetentionAction.ANONYMISE, _CONTACT, maximum=1095, rests=TermSource.ADVICE),
    conversations=RetentionTerm(1095, RetentionAction.ANONYMISE, _CONTACT, maximum=1095, rests=TermSource.ADVICE),
    audit=RetentionTerm(
        1095,
        RetentionAction.ERASE,
        "CNIL, délibération 2021-122: three years at most, where a log serves internal control",
        maximum=1095,
        rests=TermSource.ADVICE,
    ),
)


def strictest(sets: Iterable[Mapping[str, RetentionTerm]]) -> dict[str, RetentionTerm]:
    """Return of each rule the shortest term and the lowest maximum; the neutral terms where there is no set."""
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
