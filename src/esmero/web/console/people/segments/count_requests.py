"""Serve the counts beside a tree after the page has loaded.

One request covers all changed nodes, a second one the examples.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from esmero.dossier.segments.estimates import is_large
from esmero.dossier.segments.reach import count_reachable
from esmero.dossier.segments.selection import read_context
from esmero.dossier.segments.sql import SegmentContext
from esmero.people.models import Segment, Topic
from esmero.people.segments.tree import write_json
from esmero.people.segments.values import SegmentFault
from esmero.web.console.access import requires
from esmero.web.console.page_frame import read_brand, show_part
from esmero.web.console.people.segments.choices import SegmentChoices, read_choices
from esmero.web.console.people.segments.conditions import fit_rows, read_rows, write_root
from esmero.web.console.people.segments.counting import (
    NodeCount,
    count_missing,
    find_examples,
    list_conditions,
    read_known,
)
from esmero.web.console.people.segments.tree import ConditionGroup, read_tree
from esmero.web.parts.row_ids import read_row_id
from esmero.web.refusals.say import say


@require_POST
@requires()
def numbers(request: HttpRequest) -> HttpResponse:
    """Count, in one query, each group and each condition that the page has no number for."""
    root, _offer, house = _read(request)
    numbers: list[NodeCount] = []
    trouble = ""
    try:
        known = read_known(request.POST)
        numbers = list(count_missing(list_conditions(root), known=known, house=house).values())
    except SegmentFault as fault:
        trouble = say(fault)
    # An estimate is followed by a second request, which counts exactly.
    again = any(one.number is not None and one.number.kind != "exact" for one in numbers)
    return show_part(request, "console/people/segment/numbers.html", numbers=numbers, trouble=trouble, again=again)


@require_POST
@requires()
def examples(request: HttpRequest) -> HttpResponse:
    """Show ten people that the tree selects, and the number of all who may receive a topic."""
    root, offer, house = _read(request)
    chosen = Topic.objects.select_related("purpose").filter(pk=read_row_id(request.POST.get("reach"))).first()
    try:
        people = find_examples(root, offer=offer, house=house)
        reached = count_reachable(write_root(root), topic=chosen, context=house) if chosen else None
    except SegmentFault:
        return show_part(request, "console/people/segment/examples.html", people=[], topic=None, reached=None)
    facts = {"people": people, "topic": chosen, "reached": reached, "sampled": is_large()}
    return show_part(request, "console/people/segment/examples.html", **facts)


def _read(request: HttpRequest) -> tuple[ConditionGroup, SegmentChoices, SegmentContext]:
    """Read the tree of the form; the segment being changed counts as edited, so that cycles are found."""
    pk = request.POST.get("segment", "")
    segment = get_object_or_404(Segment, pk=read_row_id(pk)) if pk.isdecimal() else None
    offer = read_choices(brand=read_brand(request), besides=segment)
    root, house = read_tree(request.POST), read_context()
    fit_rows(root, offer=offer)
    read_rows(root, offer=offer, strict=False)
    if segment:
        house.named = {**house.named, segment.name: write_json(write_root(root))}
    return root, offer, house
