"""Serve the rights of data subjects: open requests, export, erasure; the audit log records each reason."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
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
from esmero.privacy.models import DataRequest
from esmero.privacy.requests import answer_erasure, request_rows
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import show
from esmero.web.parts.components.tables import Filter, Listing, TableColumn
from esmero.web.parts.components.template_tags import on, state, word
from esmero.web.parts.components.times import format_time
from esmero.web.parts.files.serving import serve_made
from esmero.web.parts.labels.states import DATA_REQUEST, DATA_REQUEST_KIND


def _person(row: DataRequest) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:data-request", args=[row.pk]), row.person)


def _due(row: DataRequest) -> SafeString | str:
    """Show the due day, marked when it has passed without an answer."""
    day = on(row.due_on, "short")
    late = row.state == DataRequest.State.OPEN and row.due_at < timezone.now()
    return format_html('<span class="say-broken">{}</span>', day) if late else day


REQUESTS = Listing(
    page="data-requests",
    personal=True,
    order="due",
    columns=(
        TableColumn(
            key="person", title=gettext_lazy("Person"), cell=_person, plain=lambda row: row.person_id, head=True
        ),
        TableColumn(
            key="kind", title=gettext_lazy("Asks for"), cell=lambda row: str(DATA_REQUEST_KIND.get(row.kind, row.kind))
        ),
        TableColumn(key="state", title=gettext_lazy("State"), cell=lambda row: state("data-request", row.state)),
        TableColumn(
            key="at",
            title=gettext_lazy("Asked on"),
            cell=lambda row: format_time(row.at, "short"),
            plain=lambda row: row.at.isoformat(),
            order=("at", "id"),
            quiet=True,
        ),
        TableColumn(
            key="due",
            title=gettext_lazy("Answer due by"),
            cell=_due,
            plain=lambda row: row.due_at.isoformat(),
            order=("due_at", "id"),
            label=gettext_lazy("due"),
        ),
        TableColumn(key="by", title=gettext_lazy("Answered by"), cell=lambda row: row.answered_by, quiet=True),
    ),
    filters=(
        Filter(
            key="state",
            title=gettext_lazy("State"),
            every=gettext_lazy("Every state"),
            choices=lambda: [(value, word.text) for value, word in DATA_REQUEST.items()],
            apply=lambda rows, value: rows.filter(state=value),
        ),
    ),
)


@requires()
def data_requests(request: HttpRequest) -> HttpResponseBase:
    """List the data requests, the most urgent first."""
    return answer_list(
        request,
        "console/people/data_requests.html",
        listing=REQUESTS,
        rows=request_rows(),
        subject="data-requests",
        empty_title=_("Nobody has asked"),
        empty_text=_(
            "Each mail leads its reader to their data: they can see them, take them along, correct them, and ask to be"
            " erased. What a person must decide stands here."
        ),
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
