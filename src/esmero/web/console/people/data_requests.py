"""Serve the rights of data subjects: open requests, export, erasure; the audit log records each reason."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.audit import note
from esmero.people.models import Person
from esmero.privacy.erasure import erase_person
from esmero.privacy.export import collect_data, count_rows, write_archive
from esmero.privacy.listing import REQUESTS
from esmero.privacy.models import DataRequest
from esmero.privacy.requests import answer_erasure, request_rows
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import show
from esmero.web.files.serving import serve_made
from esmero.web.parts.components.template_tags import on, word


def _draw_due_day(row: DataRequest) -> SafeString | str:
    """Show the due day, marked when it has passed without an answer."""
    day = on(row.due_on, "short")
    late = row.state == DataRequest.State.OPEN and row.due_at < timezone.now()
    return format_html('<span class="say-broken">{}</span>', day) if late else day


data_requests = list_view(
    ListView(
        listing=REQUESTS,
        rows=lambda _request: request_rows(),
        subject="data-requests",
        up=("people", gettext_lazy("People")),
        title=gettext_lazy("Data requests"),
        lead=gettext_lazy("What people ask about their own data, and by when the law wants an answer."),
        drawn={"due": _draw_due_day},
        empty=(
            gettext_lazy("Nobody has asked"),
            gettext_lazy(
                "Each mail leads its reader to their data: they can see them, take them along, correct them, and ask to"
                " be erased. What a person must decide stands here."
            ),
        ),
    )
)


@requires()
def data_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request with the effects of an erasure."""
    shown = get_object_or_404(request_rows(), pk=pk)
    held = [(word(name, "holding"), number) for name, number in count_rows(shown.person).items()]
    return show(request, "console/people/data_request.html", subject="data-requests", asked=shown, held=held)


@require_POST
@requires("people.erase")
def answer_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase the person, or decline with an explanation to them."""
    asked = get_object_or_404(request_rows(), pk=pk)
    declined = request.POST.get("act") == "decline"
    words = request.POST.get("words", "").strip()
    if declined and not words:
        messages.error(request, _("Say why, in words for the person."))
        return redirect("console:data-request", pk=pk)
    if answer_erasure(asked, by=staff(request), at=timezone.now(), decline=words if declined else ""):
        messages.success(request, _("Declined.") if declined else _("Erased."))
    else:
        messages.warning(request, _("Somebody else answered this one first."))
    return redirect("console:data-request", pk=pk)


@require_POST
@requires("people.export")
def export_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Return all data held about one person as an archive; the reason goes into the audit log."""
    person = get_object_or_404(Person, pk=pk)
    reason = request.POST.get("reason", "").strip()[:300]
    if not reason:
        messages.error(request, _("Say what the file is for; it is written into the audit log."))
        return redirect("console:person", pk=pk)
    with transaction.atomic():
        note("person.exported", by=staff(request), subject=person, facts={"reason": reason})
    return serve_made(write_archive(collect_data(person)), name=f"person-{pk}.zip", media_type="application/zip")


@require_POST
@requires("people.erase")
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase one person; the reason goes into the audit log."""
    person = get_object_or_404(Person, pk=pk)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, _("Say why they are erased; it is written into the audit log."))
        return redirect("console:person", pk=pk)
    erase_person(person, by=staff(request), reason=reason, at=timezone.now())
    messages.success(request, _("Erased."))
    return redirect("console:person", pk=pk)
