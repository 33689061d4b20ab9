"""Show the retention rules: term, last and next run; the operator may change a term."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.house.audit import note
from esmero.privacy.retention import (
    MOST_COUNTED,
    RULES,
    RuleStatus,
    list_rules,
    refresh_counts,
    set_days,
)
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.labels.law.citations import translate_citation
from esmero.web.labels.law.retention import DEEDS, KEPT, RESTS
from esmero.web.labels.law.retention import RULES as WORDS
from esmero.web.parts.components.rates import fill, format_number
from esmero.web.parts.components.template_tags import on


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionLine:
    """Describe a retention rule: its term in days, legal source, action, last and next run, in words."""

    code: str
    days: int
    longest: int
    what: str
    source: str
    since: str
    deed: str
    last: str
    following: str


@requires("house.settings")
def retention(request: HttpRequest) -> HttpResponse:
    """Show every rule with its term, legal source and status."""
    rules = [describe_rule(one) for one in list_rules()]
    return show(request, "console/settings/retention.html", subject="retention", rules=rules, kept=KEPT)


def describe_rule(status: RuleStatus) -> RetentionLine:
    """Describe a rule with its last results in words."""
    what, since = WORDS[status.code]
    term, row = status.term, status.row
    since_when = [str(since)]
    if status.is_own:
        since_when.append(fill(_("your own; the profile says %(days)s"), days=term.days))
    if term.maximum:
        since_when.append(fill(_("at most %(days)s"), days=term.maximum))
    last = _("nothing yet")
    if row and row.done_at:
        last = f"{format_number(row.done)}, {on(row.done_at, 'day')}"
    if row is None or row.due is None:
        following = _("not looked yet")
    elif row.due >= MOST_COUNTED:
        following = fill(_("%(number)s or more"), number=MOST_COUNTED)
    else:
        following = format_number(row.due)
    if row and row.next_at:
        following = f"{following}, {on(row.next_at, 'day')}"
    return RetentionLine(
        code=status.code,
        days=status.days,
        longest=term.longest,
        what=str(what),
        source=f"{translate_citation(term.norm)} · {RESTS[term.source]}",
        since=" · ".join(since_when),
        deed=str(DEEDS[term.action]),
        last=last,
        following=following,
    )


@require_POST
@requires("house.settings")
def set_term(request: HttpRequest, code: str) -> HttpResponse:
    """Set a rule's term; an empty field restores that of the profile."""
    if code not in RULES:
        raise Http404
    said = request.POST.get("days", "").strip()
    days = int(said) if said.isdecimal() and len(said) < 6 else None
    if said and days is None:
        messages.error(request, _("Write a whole number of days."))
        return redirect("console:retention")
    set_days(code, days=days, by=staff(request))
    messages.success(request, _("The term is set; the next look keeps to it."))
    return redirect("console:retention")


@require_POST
@requires("house.settings")
def count_now(request: HttpRequest) -> HttpResponse:
    """Count the rows that would be erased now, without erasing them."""
    with transaction.atomic():
        refresh_counts(timezone.now())
        note("retention.counted", by=staff(request))
    messages.success(request, _("Counted. Nothing was erased."))
    return redirect("console:retention")
