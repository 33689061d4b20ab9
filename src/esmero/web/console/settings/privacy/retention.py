"""Show the retention rules: term, last and next run; the operator may change a term."""

from typing import Any

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
from esmero.web.labels.law.retention import DEEDS, KEPT, RESTS
from esmero.web.labels.law.retention import RULES as WORDS


@requires("house.settings")
def retention(request: HttpRequest) -> HttpResponse:
    """Show every rule with its term, legal source and status."""
    rules = [_rule_facts(one) for one in list_rules()]
    return show(
        request, "console/settings/retention.html", subject="retention", rules=rules, kept=KEPT, most=MOST_COUNTED
    )


def _rule_facts(status: RuleStatus) -> dict[str, Any]:
    what, since = WORDS[status.code]
    return {
        "status": status,
        "what": what,
        "since": since,
        "deed": DEEDS[status.term.action],
        "row": status.row,
        "rests": RESTS[status.term.source],
    }


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
