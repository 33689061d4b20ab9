"""Answer every list page of the console: full page, table alone for htmx, CSV file, bulk acts, saved views."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
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
from esmero.house.rights import Right
from esmero.house.roles import may
from esmero.lists.columns import Words
from esmero.lists.filters import Labelled, Rows
from esmero.lists.listing import Listing, read_list_request
from esmero.web.console.access import View, requires, staff
from esmero.web.console.page_frame import show, show_part, wants_part
from esmero.web.files.serving import serve_pieces
from esmero.web.parts.components.tables import DrawCell, build_table, pick_rows, write_csv


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """Describe an action on many rows of a list.

    `value` is sent as `act`; `ask` names a field that it needs, with `missing` as the words when it is empty; `run`
    gets the picked rows and the value of that field, and tells the user about the outcome.
    """

    value: str
    title: Words
    permission: Right
    run: Callable[[HttpRequest, Rows, str], None]
    ask: Words = ""
    missing: Words = ""
    choices: Callable[[], Sequence[Labelled]] | None = None
    grave: bool = False

    @property
    def variant(self) -> str:
        """Return the look of its button."""
        return "word" if self.grave else "outline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """Describe a list page of the console.

    `rows` reads the rows of a request. `tab` names the page in the browser where `title` does not. `up` is the page
    above and its words, `new` the page that adds a row, `more` are further pages that need the same right. `empty` are
    title and text of a list without rows, `begin` the page that leads on from there. `drawn` draws the cells of some
    columns; `facts` adds to the context, or replaces it.
    """

    listing: Listing | Callable[[], Listing]
    rows: Callable[[HttpRequest], Rows]
    subject: str
    empty: tuple[Words, Words]
    right: Right = "house.read"
    title: Words = ""
    lead: Words = ""
    tab: Words = ""
    up: tuple[str, Words] | None = None
    new: tuple[str, Words] | None = None
    new_right: Right = "house.read"
    more: tuple[tuple[str, Words], ...] = ()
    begin: tuple[str, Words] | None = None
    acts: tuple[BulkAct, ...] = ()
    acts_address: str = ""
    drawn: Mapping[str, DrawCell] = field(default_factory=dict)
    facts: Callable[[HttpRequest], Mapping[str, Any]] = lambda _request: {}
    template: str = "console/list.html"

    def read_listing(self) -> Listing:
        return self.listing if isinstance(self.listing, Listing) else self.listing()


def list_view(view: ListView) -> View:
    """Return the view function of a list page."""

    @requires(view.right)
    def answer(request: HttpRequest) -> HttpResponseBase:
        adds = view.new is not None and may(staff(request), view.new_right)
        begin = view.begin or (view.new if adds else None)
        return answer_list(
            request,
            view.template,
            listing=view.read_listing(),
            rows=view.rows(request),
            subject=view.subject,
            drawn=view.drawn,
            acts=view.acts,
            picks_url=reverse(f"console:{view.acts_address}") if view.acts_address else "",
            **{
                "title": view.title,
                "lead": view.lead,
                "tab": view.tab,
                "up": _address(view.up),
                "new": _address(view.new if adds else None),
                "more": [_address(page) for page in view.more] if adds else [],
                "empty_title": view.empty[0],
                "empty_text": view.empty[1],
                "empty_url": reverse(f"console:{begin[0]}") if begin else "",
                "empty_action": begin[1] if begin else "",
                **view.facts(request),
            },
        )

    return answer


def _address(page: tuple[str, Words] | None) -> tuple[str, Words] | None:
    """Return the URL of a page of the console, with its words."""
    return (reverse(f"console:{page[0]}"), page[1]) if page else None


def act_view(view: ListView) -> View:
    """Return the view function of the bulk acts of a list page: right, picked rows, value asked for, act."""

    @require_POST
    @requires(view.right)
    def act(request: HttpRequest) -> HttpResponse:
        back = redirect(f"{reverse(f'console:{view.read_listing().page}')}?{request.POST.get('query', '')}")
        held = [one for one in view.acts if may(staff(request), one.permission)]
        named = [one for one in view.acts if one.value == request.POST.get("act")]
        if not held or any(one not in held for one in named):
            raise PermissionDenied
        if not named:
            return back
        chosen = named[0]
        value = request.POST.get(f"{chosen.value}-value", "").strip()[:80]
        if chosen.missing and not value:
            messages.error(request, str(chosen.missing))
            return back
        picked = pick_rows(view.rows(request), listing=view.read_listing(), post=request.POST)
        chosen.run(request, picked, value)
        return back

    return act


def answer_list(
    request: HttpRequest,
    template: str,
    /,
    *,
    listing: Listing,
    rows: Rows,
    subject: str,
    drawn: Mapping[str, DrawCell] | None = None,
    acts: Sequence[BulkAct] = (),
    **context: Any,
) -> HttpResponseBase:
    """Answer a list page; `template` extends the console and includes parts/table.html.

    `?file=csv` returns the whole list as a file; a list of personal data only by POST with a reason for the audit
    log.
    """
    params = read_list_request(request.GET, listing=listing)
    if request.GET.get("file") == "csv":
        if not listing.personal:
            return _answer_csv(write_csv(rows, listing=listing, params=params, drawn=drawn), name=listing.page)
        if request.method == "POST" and may(staff(request), "people.export"):
            reason = request.POST.get("reason", "").strip()[:300]
            if reason:
                with transaction.atomic():
                    query = request.GET.copy()
                    del query["file"]
                    facts = {"reason": reason, **({"query": query.urlencode()} if query else {})}
                    note(f"{listing.page}.exported", by=staff(request), facts=facts)
                return _answer_csv(write_csv(rows, listing=listing, params=params, drawn=drawn), name=listing.page)
            messages.error(request, _("Say what the file is for; it is written into the audit log."))
        return redirect(request.path)
    table = build_table(rows, listing=listing, params=params, query=request.GET, drawn=drawn)
    offered = [act for act in acts if may(staff(request), act.permission)]
    if wants_part(request):
        return show_part(request, "parts/table.html#table", table=table, acts=offered, **context)
    views = list_views(request, page=listing.page)
    return show(request, template, subject=subject, table=table, acts=offered, views=views, **context)


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


def _answer_csv(rows: Iterator[list[str]], *, name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # spreadsheets recognise UTF-8 only by a byte order mark
        for line in rows:
            yield writer.writerow(line)

    file = f"{name}-{timezone.localdate():%Y-%m-%d}.csv"
    return serve_pieces(lines(), name=file, media_type="text/csv; charset=utf-8")
