"""Describe the facts of an objection, by the rule that stored them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from esmero.web.labels.people import SUPPRESSION_REASON, label_basis
from esmero.web.parts.components.times import TIME_FORMATS

type Facts = Mapping[str, Any]

_WHY: Mapping[str, str | Promise] = {
    "none": gettext_lazy("there is none"),
    "invalid": gettext_lazy("what stands there cannot be one"),
    "no grant": gettext_lazy("nothing stands in the ledger"),
    "expired": gettext_lazy("it ran out"),
    "has it already": gettext_lazy("has it already"),
}


def describe_objection(code: str, facts: Facts) -> str:
    """Describe the facts of an objection such as "G04" or "G06:wait"; "" if there is nothing to add."""
    teller = _DESCRIBERS.get(code.partition(":")[0])
    return teller(facts) if teller and facts else ""


def _day(text: object) -> str:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return str(text)
    return date_format(timezone.localtime(at) if at.tzinfo else at, str(TIME_FORMATS["short"]))


def _suppressed(facts: Facts) -> str:
    reason = str(facts.get("reason", ""))
    said = SUPPRESSION_REASON[reason].text if reason in SUPPRESSION_REASON else reason
    return _("since %(day)s: %(reason)s") % {"day": _day(facts.get("since")), "reason": said}


def _why(facts: Facts) -> str:
    why = str(facts.get("why", ""))
    if why == "basis not valid":
        return _("“%(basis)s” is no ground for this") % {"basis": label_basis(str(facts.get("basis", "")))}
    return str(_WHY.get(why, why))


def _withdrawn(facts: Facts) -> str:
    return _("on %(day)s, %(source)s") % {"day": _day(facts.get("at")), "source": facts.get("source", "")}


def _too_soon(facts: Facts) -> str:
    days = round(int(facts.get("gap_seconds", 0)) / 86400)
    gap = ngettext("at most one in %(days)s day", "at most one in %(days)s days", days) % {"days": days}
    return _("%(gap)s; the last one on %(day)s") % {"gap": gap, "day": _day(facts.get("last"))}


def _paused(facts: Facts) -> str:
    return _("until %(day)s") % {"day": _day(facts.get("until"))}


def _unconfirmed(facts: Facts) -> str:
    return _("asked for on %(day)s, %(source)s") % {"day": _day(facts.get("at")), "source": facts.get("source", "")}


def _night(facts: Facts) -> str:
    try:
        until = datetime.fromisoformat(str(facts.get("until")))
    except ValueError:
        return ""
    local = timezone.localtime(until) if until.tzinfo else until
    return _("until %(day)s") % {"day": date_format(local, str(TIME_FORMATS["time"]))}


def _twice(facts: Facts) -> str:
    if facts.get("why") == "same address":
        return _("person %(person)s gets it at the same address") % {"person": facts.get("person", "")}
    return _why(facts)


def _missing(facts: Facts) -> str:
    return str(facts.get("missing", ""))


_DESCRIBERS: Mapping[str, Callable[[Facts], str]] = {
    "G01": _suppressed,
    "G02": _why,
    "G03": _why,
    "G04": _withdrawn,
    "G06": _too_soon,
    "G07": _paused,
    "G08": _twice,
    "G10": _missing,
    "G11": _missing,
    "G12": _unconfirmed,
    "G13": _night,
}
