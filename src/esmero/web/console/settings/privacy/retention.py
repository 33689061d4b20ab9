"""Terms of storage: how long what is kept, what each rule did last and does next; the operator may set a term of their own."""

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
    TermTooLong,
    list_rules,
    refresh_counts,
    set_days,
)
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.parts.labels.retention import DEEDS, KEPT, RESTS
from esmero.web.parts.labels.retention import RULES as WORDS


@requires("house.settings")
def retention(request: HttpRequest) -> HttpResponse:
    """Show every rule with its term, its norm, and how it stands."""
    told = [_tell(one) for one in list_rules()]
    return show(
        request, "console/settings/retention.html", subject="retention", told=told, kept=KEPT, most=MOST_COUNTED
    )


def _tell(standing: RuleStatus) -> dict[str, Any]:
    what, since = WORDS[standing.code]
    return {
        "standing": standing,
        "what": what,
        "since": since,
        "deed": DEEDS[standing.term.action],
        "row": standing.row,
        "rests": RESTS[standing.term.source],
    }


@require_POST
@requires("house.settings")
def set_term(request: HttpRequest, code: str) -> HttpResponse:
    """Set a rule's term, or go back to the profile's with an empty field."""
    if code not in RULES:
        raise Http404
    said = request.POST.get("days", "").strip()
    days = int(said) if said.isdecimal() and len(said) < 6 else None
    if said and days is None:
        messages.error(request, _("Write a whole number of days."))
        return redirect("console:retention")
    try:
        set_days(code, days=days, by=staff(request))
    except TermTooLong as refusal:
        messages.error(request, _("At least one day, at most %(days)s: no more is allowed.") % {"days": refusal})
    else:
        messages.success(request, _("The term is set; the next look keeps to it."))
    return redirect("console:retention")


@require_POST
@requires("house.settings")
def count_now(request: HttpRequest) -> HttpResponse:
    """Count what would go now; nothing goes."""
    with transaction.atomic():
        refresh_counts(timezone.now())
        note("retention.counted", by=staff(request))
    messages.success(request, _("Counted. Nothing was erased."))
    return redirect("console:retention")
