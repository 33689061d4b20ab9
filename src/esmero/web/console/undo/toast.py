"""Offer undo instead of confirmation: an action leaves a signed ticket in a toast, valid for an hour."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.web.console.access import requires, staff
from esmero.web.console.areas import collect_contributions

_SALT = "esmero.undo"
_AGE = 3600  # seconds


def offer_undo(request: HttpRequest, words: str, *, kind: str, **facts: Any) -> None:
    """Report an action, with an undo button; `facts` are the input of the area's undo function, small JSON values."""
    if kind not in collect_contributions().undos:
        raise KeyError(kind)
    ticket = signing.dumps({"kind": kind, "by": staff(request).pk, "facts": facts}, salt=_SALT, compress=True)
    messages.success(request, words, extra_tags=ticket)


@require_POST
@requires()
def undo(request: HttpRequest) -> HttpResponse:
    """Undo the action of a toast; only for its author, and within the hour."""
    there = request.POST.get("next", "")
    ticket = _read_ticket(request)
    if ticket is None:
        messages.error(request, _("This can no longer be taken back here."))
    else:
        try:
            collect_contributions().undos[ticket["kind"]](ticket["facts"], staff(request))
        except ObjectDoesNotExist:  # its subject is gone since, by a merge or a removal
            messages.error(request, _("This can no longer be taken back here."))
        else:
            messages.success(request, _("Taken back."))
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(there) if safe else redirect("console:today")


def _read_ticket(request: HttpRequest) -> Mapping[str, Any] | None:
    try:
        ticket: Mapping[str, Any] = signing.loads(request.POST.get("ticket", ""), salt=_SALT, max_age=_AGE)
    except signing.BadSignature:
        return None
    # A ticket is readable in the page, so a leaked one must be useless to others.
    return ticket if ticket["by"] == staff(request).pk else None
