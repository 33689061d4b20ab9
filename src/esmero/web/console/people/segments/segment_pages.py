"""List segments and serve the tree editor, which answers at once; the counts follow (count_requests.py)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.campaigns.segment_uses import list_uses
from esmero.dossier.segments.listing import SEGMENTS
from esmero.dossier.segments.saving import (
    SegmentInUse,
    copy_segment,
    delete_segment,
    is_name_free,
    save_segment,
    segment_rows,
)
from esmero.dossier.segments.selection import read_context
from esmero.house.editing.row_versions import StaleWrite
from esmero.house.roles import may
from esmero.people.models import Segment, Topic
from esmero.people.segments.mentions import list_users
from esmero.people.segments.values import SegmentFault
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.page_frame import read_brand, show, show_part, wants_part
from esmero.web.console.people.segments.choices import SegmentChoices, read_choices
from esmero.web.console.people.segments.conditions import BLANK, fit_rows, open_tree, read_rows, write_root
from esmero.web.console.people.segments.counting import count_missing, list_conditions, read_known, show_known
from esmero.web.console.people.segments.drawing import MATCH_WORDS, SAID, draw_tree, list_suggestions
from esmero.web.console.people.segments.sentence import describe_tree
from esmero.web.console.people.segments.tree import ConditionGroup, TreeChange, apply_action, read_tree
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.stale_notes import Difference, StaleNote, read_seen
from esmero.web.parts.components.template_tags import said
from esmero.web.refusals.say import say

_LONGEST_UNDO = 2_000  # characters of conditions that a toast carries


type Uses = Mapping[int, Sequence[tuple[str, object]]]


def _say_uses(uses: Sequence[tuple[str, object]]) -> str | SafeString:
    links = format_html_join(", ", '<a href="{}">{}</a>', uses[:3])
    more = len(uses) - 3
    return format_html("{} {}", links, _("and %(number)d more") % {"number": more}) if more > 0 else links


def _draw_people(segment: Segment) -> str:
    return _("being counted") if segment.counted is None else intcomma(segment.counted)


@requires()
def segments(request: HttpRequest) -> HttpResponseBase:
    """List the segments, each with its uses and the count taken when it was last saved."""
    uses = _read_uses()
    return answer_list(
        request,
        "console/list.html",
        listing=SEGMENTS,
        rows=segment_rows(brand=read_brand(request)),
        drawn={"people": _draw_people, "users": lambda segment: _say_uses(uses.get(segment.pk, ()))},
        subject="segments",
        up=(reverse("console:people"), _("People")),
        title=_("Segments"),
        lead=_(
            "Saved lists of conditions. Who belongs to one is decided anew each time, and frozen when a campaign"
            " starts."
        ),
        new=(reverse("console:segment-new"), _("New segment")) if may(staff(request), "campaigns.write") else None,
        empty_title=_("No segment yet"),
        empty_text=_("A segment is a saved list of conditions that you can count and write to."),
        empty_url=reverse("console:segment-new"),
        empty_action=_("New segment"),
    )


@requires()
def edit_segment(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show a segment's tree; each button changes it in the form, saving stores it.

    Counting happens only on request.
    """
    segment = get_object_or_404(Segment, pk=pk) if pk else None
    offer = read_choices(brand=read_brand(request), besides=segment)
    root, name, done, fault = ConditionGroup("n0"), segment.name if segment else "", TreeChange(), ""
    stale = None
    # Each change of the tree draws the form anew, which keeps the version that it was opened with.
    seen = read_seen(request.POST, otherwise=segment.row_version) if segment else None
    if request.method == "POST":
        root, name = read_tree(request.POST), request.POST.get("name", "").strip()[:150]
        act = request.POST.get("act", "")
        done = apply_action(root, act, blank=BLANK)
        fit_rows(root, offer=offer)
        if act == "save" and may(staff(request), "campaigns.write"):
            try:
                fault, kept = _save(request, segment, root=root, name=name, offer=offer, seen=seen)
            except StaleWrite as refusal:
                assert segment is not None
                segment.refresh_from_db()
                stale, seen, kept = _describe_stale(refusal, segment, root=root, offer=offer), segment.row_version, None
            if kept is not None:
                return _redirect(request, reverse("console:segment", args=[kept.pk]))
        else:
            read_rows(root, offer=offer, strict=False)
    elif segment:
        opened = open_tree(segment.conditions)
        if opened is None:
            return show(request, "console/people/segment.html", subject="segments", segment=segment, too_many=True)
        root = opened
        fit_rows(root, offer=offer)
        read_rows(root, offer=offer, strict=True)  # shows at once which conditions have become invalid
    editor = _draw(request, root, segment=segment, offer=offer, done=done) | {
        "name": name,
        "fault": fault,
        "seen": seen,
        "stale": stale,
    }
    if wants_part(request):
        return show_part(request, "console/people/segment.html#editor", **editor)
    brand = read_brand(request)
    topics = Topic.objects.filter(brand=brand, archived_at=None).order_by("id") if brand else []
    return show(
        request,
        "console/people/segment.html",
        subject="segments",
        topics=[(topic.pk, said(topic.name) or topic.code) for topic in topics],
        **editor,
    )


@require_POST
@requires("campaigns.write")
def act_on_segment(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a segment, or delete it with undo; a segment in use cannot be deleted."""
    segment = get_object_or_404(Segment, pk=pk)
    if request.POST.get("act") == "copy":
        kept = copy_segment(segment, name=_("Copy of %(name)s") % {"name": segment.name}, by=staff(request))
        messages.success(request, _("This is the copy; give it a name of its own."))
        return redirect("console:segment", pk=kept.pk)
    if request.POST.get("act") != "delete":
        return redirect("console:segment", pk=pk)
    try:
        facts = delete_segment(segment, by=staff(request))
    except (SegmentInUse, ProtectedError):
        messages.error(request, _("“%(name)s” is used, so it stays.") % {"name": segment.name})
        return redirect("console:segment", pk=pk)
    words = _("The segment “%(name)s” is deleted.") % {"name": facts["name"]}
    # The undo ticket carries the conditions, and long ones do not fit.
    if is_long(segment):
        messages.success(request, words)
    else:
        offer_undo(request, words, kind="segment-deleted", **facts)
    return redirect("console:segments")


def is_long(segment: Segment) -> bool:
    """Tell whether a segment's conditions (a pasted list) are too long for undo by toast."""
    return len(str(segment.conditions)) > _LONGEST_UNDO


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect, with htmx as without."""
    # htmx would follow a 302 itself and put the whole page into the fragment.
    return HttpResponse(headers={"HX-Redirect": url}) if wants_part(request) else redirect(url)


def _save(
    request: HttpRequest,
    segment: Segment | None,
    *,
    root: ConditionGroup,
    name: str,
    offer: SegmentChoices,
    seen: int | None,
) -> tuple[str, Segment | None]:
    """Store the tree; return the error of the whole tree, or the segment."""
    wrong = read_rows(root, offer=offer, strict=True)
    if not name:
        return _("Give the segment a name before you save it."), None
    # The command line accepts a segment by name or id.
    if name.isdecimal():
        return _("A name is more than a number."), None
    if not is_name_free(name, besides=segment):
        return _("Another segment bears this name already."), None
    if wrong:
        return _("A condition is not finished; it says beside it what is missing."), None
    try:
        kept = save_segment(
            segment,
            name=name,
            conditions=write_root(root),
            brand=segment.brand if segment else read_brand(request),
            by=staff(request),
            seen=seen,
        )
    except SegmentFault as trouble:
        return say(trouble), None
    messages.success(request, _("The segment “%(name)s” is saved.") % {"name": name})
    return "", kept


def _describe_stale(refusal: StaleWrite, segment: Segment, *, root: ConditionGroup, offer: SegmentChoices) -> StaleNote:
    saved = open_tree(segment.conditions)
    theirs = describe_tree(write_root(saved), offer=offer) if saved else ""  # too many conditions for a page
    yours = describe_tree(write_root(root), offer=offer)
    return StaleNote(words=say(refusal), differences=[Difference(_("In words"), theirs, yours)])


def _draw(
    request: HttpRequest, root: ConditionGroup, *, segment: Segment | None, offer: SegmentChoices, done: TreeChange
) -> dict[str, Any]:
    """Gather the facts of the editor; count only when the page runs without scripts, else show known counts."""
    conditions, known = list_conditions(root), read_known(request.POST)
    house = read_context()
    numbers, trouble = show_known(conditions, known=known, named=house.named), ""
    if request.POST.get("act") == "count" and not wants_part(request):
        try:
            numbers = count_missing(conditions, known=known, house=house)
        except SegmentFault as wrong:
            trouble = say(wrong)
    return {
        "segment": segment,
        "tree": draw_tree(root, offer=offer, numbers=numbers, done=done),
        "empty": not root.nodes,
        "groups": offer.groups,
        "matches": MATCH_WORDS,
        "suggestions": list_suggestions(root, offer=offer),
        "sentence": describe_tree(write_root(root), offer=offer),
        "said": SAID.get(done.said, ""),
        "trouble": trouble,
        "users": _read_uses().get(segment.pk, ()) if segment else (),
        "grave": bool(segment and is_long(segment)),
        "may_write": may(staff(request), "campaigns.write"),
        "focus_add": done.control == "add" and done.focus,
    }


def _read_uses() -> Uses:
    """Return the segments and campaigns that use each segment, with their addresses; three queries."""
    uses: dict[int, list[tuple[str, object]]] = {}
    ids = dict(Segment.objects.values_list("name", "pk"))
    for name, others in list_users("segment").items():
        if name in ids:
            uses[ids[name]] = [(reverse("console:segment", args=[one.pk]), one) for one in others]
    for pk, campaigns in list_uses(ids.values()).items():
        uses.setdefault(pk, []).extend((reverse("console:campaign", args=[one.pk]), one) for one in campaigns)
    return uses
