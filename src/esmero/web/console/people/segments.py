"""Segments: saved lists of conditions with an exact count, changed row by row."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from esmero.dossier.saved import is_free, list_segments, save_segment
from esmero.dossier.segments import count
from esmero.house.roles import may
from esmero.people.models import Segment
from esmero.people.segments import SegmentFault
from esmero.web.console.access import requires, staff
from esmero.web.console.page import read_brand, show, show_part, wants_part
from esmero.web.console.people.conditions import (
    Match,
    Row,
    draw,
    open_conditions,
    read_offer,
    read_rows,
    write_conditions,
)


@requires()
def segments(request: HttpRequest) -> HttpResponse:
    """List the segments, each with the count of the last time that it was saved."""
    brand = read_brand(request)
    rows = list_segments(brand=brand) if brand else []
    return show(request, "console/people/segments.html", subject="segments", rows=rows)


@requires()
def edit_segment(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show a segment with its exact count; adding or removing a row shows it again, saving stores it."""
    segment = get_object_or_404(Segment, pk=pk) if pk else None
    opened = open_conditions(segment.conditions if segment else {})
    match, rows = opened or ("all", [])
    name = segment.name if segment else ""
    may_write = may(staff(request), "campaigns.write")
    fault = ""
    if request.method == "POST":
        match = "any" if request.POST.get("match") == "any" else "all"
        rows, name = read_rows(request.POST), request.POST.get("name", "").strip()[:150]
        act = request.POST.get("act", "")
        if act == "add":
            rows.append(Row())
        elif act == "save" and may_write:
            fault = _check_name(name, segment=segment)
            if not fault:
                try:
                    kept = save_segment(
                        segment,
                        name=name,
                        conditions=write_conditions(rows, match=match),
                        brand=read_brand(request),
                        by=staff(request),
                    )
                except SegmentFault as trouble:
                    fault = str(trouble)
                else:
                    return redirect("console:segment", pk=kept.pk)
    stored = segment.conditions if segment and opened is None else None
    editor = _editor(request, match=match, rows=rows, name=name, fault=fault, stored=stored)
    if wants_part(request):
        return show_part(request, "console/people/segment.html#editor", segment=segment, may_write=may_write, **editor)
    return show(
        request, "console/people/segment.html", subject="segments", segment=segment, may_write=may_write, **editor
    )


def _editor(
    request: HttpRequest, *, match: Match, rows: list[Row], name: str, fault: str, stored: dict[str, Any] | None
) -> dict[str, Any]:
    """Gather what the editor shows: its rows with their controls, and how many people they select."""
    offer = read_offer(brand=read_brand(request))
    number = None
    try:
        number = count(stored if stored is not None else write_conditions(rows, match=match))
    except SegmentFault as trouble:
        fault = fault or str(trouble)
    controls = [draw(row, offer=offer) for row in rows]
    return {
        "match": match,
        "controls": controls,
        "groups": offer.groups,
        "name": name,
        "fault": fault,
        "number": number,
        "too_deep": stored is not None,
    }


def _check_name(name: str, *, segment: Segment | None) -> str:
    if not name:
        return _("Give the segment a name before you save it.")
    return "" if is_free(name, besides=segment) else _("Another segment bears this name already.")
