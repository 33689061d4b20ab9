"""Answer every list page of the console: full page, table alone for htmx, CSV file, saved views."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.house.audit import note
from esmero.house.models import SavedView
from esmero.house.roles import may
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show, show_part, wants_part
from esmero.web.parts.components.tables import Listing, Rows, build_table, read_table_request, write_csv
from esmero.web.parts.files.serving import serve_pieces


def answer_list(
    request: HttpRequest, template: str, /, *, listing: Listing, rows: Rows, subject: str, **context: Any
) -> HttpResponseBase:
    """Answer a list page; `template` extends the console and includes parts/table.html.

    `?file=csv` returns the whole list as a file; a list of personal data only by POST with a reason for the audit
    log.
    """
    params = read_table_request(request.GET, listing=listing)
    if request.GET.get("file") == "csv":
        if not listing.personal:
            return _answer_csv(rows, listing=listing, params=params)
        if request.method == "POST" and may(staff(request), "people.export"):
            reason = request.POST.get("reason", "").strip()[:300]
            if reason:
                with transaction.atomic():
                    query = request.GET.copy()
                    del query["file"]
                    facts = {"reason": reason, **({"query": query.urlencode()} if query else {})}
                    note(f"{listing.page}.exported", by=staff(request), facts=facts)
                return _answer_csv(rows, listing=listing, params=params)
            messages.error(request, _("Say what the file is for; it is written into the audit log."))
        return redirect(request.path)
    table = build_table(rows, listing=listing, params=params, query=request.GET)
    if wants_part(request):
        return show_part(request, "parts/table.html#table", table=table, **context)
    return show(
        request, template, subject=subject, table=table, views=list_views(request, page=listing.page), **context
    )


def list_views(request: HttpRequest, *, page: str) -> list[SavedView]:
    """Return the saved views of a list: the user's own and shared ones."""
    mine = Q(owner=staff(request)) | Q(shared=True)
    return list(SavedView.objects.filter(mine, page=page).order_by("name", "id"))


@require_POST
@requires()
def save_view(request: HttpRequest) -> HttpResponse:
    """Save the current list under a name; an existing view of that name is replaced."""
    page, name = request.POST.get("page", "")[:40], request.POST.get("name", "").strip()[:80]
    query = request.POST.get("query", "")[:2000]
    back = f"{_path_of(request, page=page)}?{query}"
    if not name:
        messages.error(request, _("Give the view a name."))
        return redirect(back)
    with transaction.atomic():
        SavedView.objects.update_or_create(
            owner=staff(request), page=page, name=name, defaults={"query": query, "shared": "shared" in request.POST}
        )
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": name})
    return redirect(back)


@require_POST
@requires()
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view; only its owner may."""
    view = SavedView.objects.filter(pk=pk, owner=staff(request)).first()
    if view is None:
        return redirect("console:today")
    with transaction.atomic():
        view.delete()
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": view.name})
    return redirect(_path_of(request, page=view.page))


def _path_of(request: HttpRequest, *, page: str) -> str:
    """Return the list's path.

    The page of the form (a list of one campaign has an id in its path), else the page by its name.
    """
    there = request.POST.get("next", "")
    if there and url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return there.partition("?")[0]
    return reverse(f"console:{page}")


class _Echo:
    """Return each line that a csv.writer writes, instead of storing it."""

    def write(self, line: str) -> str:
        return line


def _answer_csv(rows: Rows, *, listing: Listing, params: Any) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # spreadsheets recognise UTF-8 only by a byte order mark
        for line in write_csv(rows, listing=listing, params=params):
            yield writer.writerow(line)

    name = f"{listing.page}-{timezone.localdate():%Y-%m-%d}.csv"
    return serve_pieces(lines(), name=name, media_type="text/csv; charset=utf-8")
