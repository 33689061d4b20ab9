"""Translate citations of laws: names of laws, and the remark beside an article."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Parts of citations with a name in each language; all else (numbers, laws of one country) stays unchanged.
_NAMES: Mapping[str, str | Promise] = {
    "Regulation (EU)": pgettext_lazy("law", "Regulation (EU)"),
    "Directive": pgettext_lazy("law", "Directive"),
    "/EC": pgettext_lazy("law", "/EC"),
    "/EU": pgettext_lazy("law", "/EU"),
    " and ": pgettext_lazy("law", " and "),
    " section ": pgettext_lazy("law", " section "),
    " recital ": pgettext_lazy("law", " recital "),
    "Spain: ": pgettext_lazy("law", "Spain: "),
    "France: ": pgettext_lazy("law", "France: "),
}

# Remarks beside an article, or instead of one; a test checks that all rules and terms are covered.
REMARKS: Mapping[str, str | Promise] = {
    "a 5yz reply is permanent: the same request is not repeated": _(
        "a 5yz reply is permanent: the same request is not repeated"
    ),
    'a promise of "once a month" in the wording of a consent is kept': _(
        'a promise of "once a month" in the wording of a consent is kept'
    ),
    "a person on request": _("a person on request"),
    "accuracy": _("accuracy"),
    "consent is specific and granular": _("consent is specific and granular"),
    "data minimisation": _("data minimisation"),
    "no more than the basic rate": _("no more than the basic rate"),
    "one click is enough": _("one click is enough"),
    "the controller demonstrates it": _("the controller demonstrates it"),
    "the way out in the headers": _("the way out in the headers"),
    "three years after the last contact": _("three years after the last contact"),
    "three years at most, where a log serves internal control": _(
        "three years at most, where a log serves internal control"
    ),
    "transparency, purpose": _("transparency, purpose"),
    "what an address is": _("what an address is"),
    "good practice: a clear justification from the customer's point of view": _(
        "good practice: a clear justification from the customer's point of view"
    ),
    "good practice: a pause with an end date is offered beside leaving for good, and holds": _(
        "good practice: a pause with an end date is offered beside leaving for good, and holds"
    ),
    "good practice: of several channels and lists each person gets one message": _(
        "good practice: of several channels and lists each person gets one message"
    ),
    "good practice of mailbox providers: a complaint silences at once": _(
        "good practice of mailbox providers: a complaint silences at once"
    ),
    "calls only on working days from 10 to 13 and 14 to 20 h, where the consumer lives": _(
        "calls only on working days from 10 to 13 and 14 to 20 h, where the consumer lives"
    ),
    "calls only on working days from 9 to 21 h": _("calls only on working days from 9 to 21 h"),
    "good practice: double opt-in": _("good practice: double opt-in"),
    "good practice: no advertising by mail at night": _("good practice: no advertising by mail at night"),
    "good practice: no calls at night": _("good practice: no calls at night"),
    "good practice: the recipient chooses the frequency": _("good practice: the recipient chooses the frequency"),
    "good practice: the recipient chooses the type of message": _(
        "good practice: the recipient chooses the type of message"
    ),
}


def translate_citation(sources: str) -> str:
    """Translate sources separated by semicolons into the active language."""
    return "; ".join(_say_piece(piece) for piece in sources.rstrip(".").split("; "))


def split_remark(piece: str) -> tuple[str, str]:
    """Split a citation from its remark, in brackets at its end or after a colon; "" where there is none."""
    if piece in REMARKS:
        return "", piece
    for opening, closing in ((" (", ")"), (": ", "")):
        place = piece.rfind(opening)
        remark = piece[place + len(opening) : len(piece) - len(closing)]
        if place > 0 and piece.endswith(closing) and remark in REMARKS:
            return piece[:place], remark
    return piece, ""


def _say_piece(piece: str) -> str:
    citation, remark = split_remark(piece)
    for name, words in _NAMES.items():
        citation = citation.replace(name, str(words))
    if not citation:
        return str(REMARKS[remark])
    return f"{citation} ({REMARKS[remark]})" if remark else citation
