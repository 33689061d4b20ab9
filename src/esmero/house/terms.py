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


class Deed(StrEnum):
    """What happens when a term is over."""

    ERASE = "erase"  # the row goes, with its file
    ANONYMISE = "anonymise"  # the row stays and is counted; what names somebody goes
    DROP = "drop"  # the file goes; the row says that it was there


class Rests(StrEnum):
    """Where the number of days comes from."""

    CONVENTION = "convention"  # the law says only that it must be no longer than needed
    ADVICE = "advice"  # an authority recommends it
    LIMITATION = "limitation"  # so long somebody may be called to account for it


@dataclass(frozen=True, slots=True)
class Term:
    """`days` after the event at which `deed` is done; `maximum` is the most that may be set (None: nothing names one).

    `norm` is what obliges to end it, `rests` where the number of days comes from.
    """

    days: int
    deed: Deed
    norm: str
    maximum: int | None = None
    rests: Rests = Rests.CONVENTION

    @property
    def longest(self) -> int:
        """The most days that an operator may set."""
        return self.maximum if self.maximum is not None else LONGEST


_NEED = "Regulation (EU) 2016/679 art. 5(1)(e)"
_PROOF = "Regulation (EU) 2016/679 art. 5(1)(e), 5(2)"

NEUTRAL: Mapping[str, Term] = {
    "arrived-mail": Term(180, Deed.DROP, _NEED),
    "unread-mail": Term(90, Deed.ERASE, _NEED),
    "caught-mail": Term(30, Deed.ERASE, _NEED),
    "own-letters": Term(1, Deed.DROP, _NEED),
    "messages": Term(1095, Deed.ANONYMISE, _PROOF),
    "import-files": Term(90, Deed.DROP, _NEED),
    "import-lines": Term(90, Deed.ANONYMISE, _NEED),
    # The link that confirms lives seven days (rendering/tokens.py); after that the row serves nothing.
    "sign-ups": Term(7, Deed.ERASE, "Regulation (EU) 2016/679 art. 5(1)(b), (e), 6(1)(b)", maximum=7),
    # Their proof stands in the ledger of permissions.
    "confirmed-sign-ups": Term(1095, Deed.ANONYMISE, "Regulation (EU) 2016/679 art. 5(1)(e), 5(2), 7(1)"),
    "conversations": Term(1095, Deed.ANONYMISE, _NEED),
    "dry-runs": Term(90, Deed.ERASE, _NEED),
    "click-traces": Term(1, Deed.ERASE, "Regulation (EU) 2016/679 art. 5(1)(c), (e), 25", maximum=1),
    "data-links": Term(30, Deed.ERASE, _NEED),
    "data-requests": Term(1095, Deed.ERASE, "Regulation (EU) 2016/679 art. 5(2), 12(3)"),
    "audit": Term(1095, Deed.ERASE, "Regulation (EU) 2016/679 art. 5(2), 32"),
    "sessions": Term(1, Deed.ERASE, "Regulation (EU) 2016/679 art. 5(1)(e), 32"),
    "dmarc": Term(395, Deed.ERASE, _NEED),
}


def _differ(**other: Term) -> Mapping[str, Term]:
    return {**NEUTRAL, **{code.replace("_", "-"): term for code, term in other.items()}}


_LAPSE = Rests.LIMITATION
SPAIN = _differ(
    messages=Term(1095, Deed.ANONYMISE, "Ley 34/2002 art. 45; Ley Orgánica 3/2018 art. 72", rests=_LAPSE),
    confirmed_sign_ups=Term(1095, Deed.ANONYMISE, "Ley 34/2002 art. 45; Ley Orgánica 3/2018 art. 72", rests=_LAPSE),
    conversations=Term(1095, Deed.ANONYMISE, "Ley Orgánica 3/2018 art. 72", rests=_LAPSE),
    data_requests=Term(1095, Deed.ERASE, "Ley Orgánica 3/2018 art. 72 and 12", rests=_LAPSE),
    audit=Term(1095, Deed.ERASE, "Ley Orgánica 3/2018 art. 72", rests=_LAPSE),
)
_CONTACT = "CNIL, délibération 2021-131: three years after the last contact"
FRANCE = _differ(
    messages=Term(1095, Deed.ANONYMISE, _CONTACT, maximum=1095, rests=Rests.ADVICE),
    confirmed_sign_ups=Term(1095, Deed.ANONYMISE, _CONTACT, maximum=1095, rests=Rests.ADVICE),
    conversations=Term(1095, Deed.ANONYMISE, _CONTACT, maximum=1095, rests=Rests.ADVICE),
    audit=Term(
        1095,
        Deed.ERASE,
        "CNIL, délibération 2021-122: three years at most, where a log serves internal control",
        maximum=1095,
        rests=Rests.ADVICE,
    ),
)


def strictest(sets: Iterable[Mapping[str, Term]]) -> dict[str, Term]:
    """Return of each rule the shortest term and the lowest maximum; the neutral terms where there is no set."""
    found: dict[str, Term] = {}
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
