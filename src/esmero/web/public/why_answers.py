"""Answer why a message was sent, question by question, from the ledger's facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.mailroom.planning.explanation import MessageExplanation
from esmero.web.public.labels import BASES, KNOWN, PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnswer:
    """Answer one question: paragraphs, a source in small letters, or a list folded under its summary."""

    question: str
    paragraphs: Sequence[str] = ()
    source: str = ""
    folded: str = ""
    lines: Sequence[str | Promise] = ()


def tell_sending(*, subject: str, address: str, at: datetime | None) -> str:
    """Say which message went to whom and when; `subject` may be "", `at` None for one that has not left."""
    if at is None:
        words = _("“%(subject)s”, for %(address)s") if subject else _("For %(address)s")
        return words % {"subject": subject, "address": address}
    words = (
        _("“%(subject)s”, sent on %(date)s at %(time)s to %(address)s")
        if subject
        else _("Sent on %(date)s at %(time)s to %(address)s")
    )
    local = timezone.localtime(at)
    clock = time_format(local, "TIME_FORMAT")
    return words % {"subject": subject, "date": _day(at), "time": clock, "address": address}


def list_why_answers(
    found: MessageExplanation, *, reason: str, is_known: bool, left: bool, data: str, shared: str
) -> list[WhyAnswer]:
    """Return the answers in the order of the page; a question without an answer is left out.

    `is_known`: the person of the message is still held; `left`: they have unsubscribed since. `data` and `shared` are
    the addresses of their data and of the public issue, "" without one.
    """
    answers = [
        _tell_permission(found, is_known=is_known, left=left),
        WhyAnswer(question=_("The reason"), paragraphs=[reason] if reason else []),
        WhyAnswer(question=_("How often"), paragraphs=[_tell_frequency(found)]),
        _list_rules(found),
        WhyAnswer(question=_("What we know of you"), paragraphs=_tell_known(found, data=data)),
        WhyAnswer(question=_("To share it"), paragraphs=_tell_sharing(shared)),
    ]
    return [one for one in answers if one.paragraphs or one.lines]


def _tell_permission(found: MessageExplanation, *, is_known: bool, left: bool) -> WhyAnswer:
    permission, source = found.permission, ""
    if permission:
        told = _("It stands in our records since %(date)s.") % {"date": _day(permission.at)}
        if permission.wording:
            told = _("On %(date)s it said: “%(wording)s”") % {
                "date": _day(permission.at),
                "wording": permission.wording,
            }
        told = f"{BASES.get(permission.basis, '')} {told}"
        source = _("Where from: %(source)s.") % {"source": permission.source}
    elif not found.needed:
        told = _("This message needed none: it is not advertising, and belongs to what you have with us.")
    elif not is_known:
        told = _("We know nobody, or nobody any more, to whom this message went.")
    else:
        told = _(
            "We find none in our records, so it should not have gone out. Please tell us; you can stop such messages "
            "below."
        )
    taken_back = [_("You have taken it back since: there will be no more of these.")] if left else []
    return WhyAnswer(question=_("Your permission"), paragraphs=[told, *taken_back], source=source)


def _tell_frequency(found: MessageExplanation) -> str:
    days = found.gap.days if found.gap else 0
    told = _("You have not said how often it may be.")
    if days:
        told = ngettext(
            "You asked for at least %(days)s day between two.",
            "You asked for at least %(days)s days between two.",
            days,
        ) % {"days": days}
    if found.before:
        told = f"{told} " + _("The one before left on %(date)s.") % {"date": _day(found.before)}
    return told


def _list_rules(found: MessageExplanation) -> WhyAnswer:
    number = len(found.rules)
    summary = ngettext(
        "%(number)s rule, which this message passed", "%(number)s rules, each of which this message passed", number
    )
    return WhyAnswer(
        question=_("What we checked before it left"),
        folded=summary % {"number": number},
        lines=[PASSED[code] for code in found.rules],
    )


def _tell_known(found: MessageExplanation, *, data: str) -> list[SafeString]:
    if not found.known:
        return []
    kinds = ", ".join([_("Your e-mail address"), *(str(KNOWN[name]) for name in found.known)])
    hidden = _("Whoever gets this message passed on can open this page, so the details do not stand here.")
    return [format_html('{}. {} <a href="{}">{}</a>', kinds, hidden, data, _("See them"))]


def _tell_sharing(shared: str) -> list[SafeString]:
    if not shared:
        return []
    note = _("Nothing in it is about you, and nobody can sign you off by it.")
    words = _("This issue as anybody may read it")
    return [format_html('<a href="{}">{}</a>. <span class="small soft">{}</span>', shared, words, note)]


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
