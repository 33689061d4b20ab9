"""Review possible duplicates side by side: merge with a choice per field, or mark as different people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.dossier.statistics.person_counts import count_messages
from esmero.lists.filters import Rows
from esmero.people.duplicates.listing import DUPLICATES, open_pairs
from esmero.people.duplicates.search import begin_search, last_search, mark_different
from esmero.people.models import (
    ContactPoint,
    CustomField,
    Duplicate,
    Membership,
    Merge,
    PartyRole,
    Permission,
    PermissionEntry,
    Person,
)
from esmero.privacy.merging import CHOICES, merge, propose_fields, undo_merge
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import BulkAct, ListView, act_view, list_view
from esmero.web.console.page_frame import show, show_part, wants_part
from esmero.web.console.people.persons.custom_field_values import format_custom_value
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.template_tags import on, said
from esmero.web.parts.labels.field_names import FIELD_WORDS
from esmero.web.parts.labels.states import CAPACITIES, LANGUAGE_NAMES, PARTY_ROLES, SIGN

MOVING = frozenset({"waiting", "running"})


def _draw_pair(row: Duplicate) -> SafeString:
    words = format_html('{} <span class="soft">·</span> {}', row.first, row.second)
    return format_html('<a href="{}">{}</a>', reverse("console:duplicate", args=[row.pk]), words)


def _name_signs(row: Duplicate) -> str:
    return ", ".join(str(SIGN[sign].text) for sign in row.signs if sign in SIGN)


def _describe_weight(row: Duplicate) -> str:
    return _("%(number)d of 100") % {"number": row.weight}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedValue:
    """Represent one row of the comparison: both values, and the chosen one."""

    name: str
    words: str
    kept: str
    gone: str
    choose: bool = False
    from_gone: bool = False

    @property
    def differs(self) -> bool:
        """Tell whether both values are set and differ."""
        return self.choose and bool(self.kept and self.gone)


@requires()
def duplicates(request: HttpRequest) -> HttpResponseBase:
    """List the pairs that wait for a decision; htmx polls the progress of a search."""
    if wants_part(request) and "search" in request.GET:
        search = last_search()
        if search is None or search.state not in MOVING:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return show_part(request, "console/people/duplicates.html#search", search=search, moving=True)
    return _list(request)


@require_POST
@requires("people.change")
def act_on_duplicates(request: HttpRequest) -> HttpResponseBase:
    """Start a search, or mark many pairs as different people."""
    if request.POST.get("act") == "search":
        begin_search(by=staff(request))
        return redirect("console:duplicates")
    return _act(request)


def _mark_different(request: HttpRequest, rows: Rows, _value: str) -> None:
    done = [pair.pk for pair in rows[:1000] if mark_different(pair, by=staff(request))]
    words = ngettext("%(number)d pair is two people each.", "%(number)d pairs are two people each.", len(done))
    offer_undo(request, fill(words, number=len(done)), kind="told-apart", pairs=done)


def _pairs(request: HttpRequest) -> Rows:
    rows = Duplicate.objects.select_related("first", "second")
    return rows if request.GET.get("state") else open_pairs(rows)


def _describe_search(_request: HttpRequest) -> Mapping[str, Any]:
    search = last_search()
    return {"search": search, "moving": search is not None and search.state in MOVING}


_VIEW = ListView(
    listing=DUPLICATES,
    rows=_pairs,
    subject="duplicates",
    template="console/people/duplicates.html",
    facts=_describe_search,
    drawn={"pair": _draw_pair, "signs": _name_signs, "weight": _describe_weight},
    empty=(
        gettext_lazy("Nothing to decide"),
        gettext_lazy("Let the house look who may be there twice: same address, name, phone, home or company."),
    ),
    acts_address="duplicates-act",
    acts=(
        BulkAct(
            value="apart",
            title=gettext_lazy("These are different people"),
            permission="people.change",
            run=_mark_different,
        ),
    ),
)
_list, _act = list_view(_VIEW), act_view(_VIEW)


@requires()
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two people side by side with differences marked; `?keep=` names the survivor of a merge."""
    pair = get_object_or_404(Duplicate.objects.select_related(*_BOTH), pk=pk)
    kept, gone = _order(pair, request.GET.get("keep", ""))
    taken = propose_fields(kept, gone) if kept.state == gone.state == Person.State.ACTIVE else set()
    counts = {one.pk: sum(count_messages([one.pk]).values()) for one in (kept, gone)}
    return show(
        request,
        "console/people/duplicate.html",
        subject="duplicates",
        pair=pair,
        kept=kept,
        gone=gone,
        lines=[*_choices(kept, gone, taken=taken), *_rest(kept, gone, counts=counts)],
        undecided=pair.state == Duplicate.State.OPEN and kept.state == gone.state == Person.State.ACTIVE,
        merged=Merge.objects.filter(kept__in=[kept, gone], gone__in=[kept, gone], undone_at=None).last(),
        following=_next(pair),
    )


@require_POST
@requires("people.change")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge the pair as chosen, or mark it as two different people."""
    pair = get_object_or_404(Duplicate.objects.select_related(*_BOTH), pk=pk)
    following = _next(pair)
    if request.POST.get("act") == "apart":
        if mark_different(pair, by=staff(request)):
            offer_undo(
                request, _("These are two people; they are not asked about again."), kind="told-apart", pairs=[pk]
            )
    else:
        kept, gone = _order(pair, request.POST.get("keep", ""))
        names = (*CHOICES, *(f"own:{key}" for key in {*kept.fields, *gone.fields}))
        taken = {name for name in names if request.POST.get(f"take-{name}") == "gone"}
        done = merge(kept, gone, taken=taken, by=staff(request))
        offer_undo(request, _("%(name)s is one person now.") % {"name": kept}, kind="merged", merge=done.pk)
    return redirect("console:duplicate", pk=following) if following else redirect("console:duplicates")


@require_POST
@requires("people.change")
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge, at any time later."""
    done = get_object_or_404(Merge.objects.select_related("kept", "gone"), pk=pk)
    undo_merge(done, by=staff(request))
    messages.success(request, _("They are two people again; each has what was theirs."))
    return redirect("console:person", pk=done.gone_id)


_BOTH = ("first__address", "first__organisation", "second__address", "second__organisation")


def _order(pair: Duplicate, keep: str) -> tuple[Person, Person]:
    """Return (survivor, merged): as chosen, else the one with a number, else the older record."""
    first, second = pair.first, pair.second
    if keep == str(second.pk) or (not keep and second.number and not first.number):
        return second, first
    return first, second


def _next(pair: Duplicate) -> int | None:
    """Return the next pair that waits, the likeliest first."""
    rows = open_pairs(Duplicate.objects.exclude(pk=pair.pk)).order_by(F("weight").desc(), "-id")
    return rows.values_list("id", flat=True).first()


def _choices(kept: Person, gone: Person, *, taken: set[str]) -> list[ComparedValue]:
    declared = {own.key: own for own in CustomField.objects.all()}
    labels = {key: said(own.label) for key, own in declared.items()}
    kinds = {f"own:{key}": own.kind for key, own in declared.items()}
    keys = sorted({*kept.fields, *gone.fields})
    names = [(name, str(FIELD_WORDS.get("email" if name == "address" else name, name))) for name in CHOICES]
    names += [(f"own:{key}", labels.get(key) or key) for key in keys]
    lines = []
    for name, words in names:
        mine, theirs = _say(kept, name, kinds), _say(gone, name, kinds)
        if mine or theirs:
            chosen = name in taken
            lines.append(
                ComparedValue(name=name, words=words, kept=mine, gone=theirs, choose=mine != theirs, from_gone=chosen)
            )
    return lines


def _say(person: Person, name: str, kinds: Mapping[str, str]) -> str:
    if name.startswith("own:"):
        return format_custom_value(person.fields.get(name.removeprefix("own:")), kinds.get(name))
    value = getattr(person, name)
    if name == "language":
        return str(dict(LANGUAGE_NAMES).get(value, value))
    if name == "capacity":
        return str(CAPACITIES.get(value, value))
    return str(value) if value else ""


def _rest(kept: Person, gone: Person, *, counts: dict[int, int]) -> Sequence[ComparedValue]:
    """Return the attributes that a merge joins: contact points, tags, permissions, history."""
    both = [kept.pk, gone.pk]
    points: dict[int, list[str]] = {pk: [] for pk in both}
    for point in ContactPoint.objects.filter(person__in=both).order_by("kind", "value"):
        points[point.person_id or 0].append(point.value)
    roles: dict[int, list[str]] = {pk: [] for pk in both}
    for pk, kind in PartyRole.objects.filter(person__in=both).order_by("kind").values_list("person_id", "kind"):
        roles[pk or 0].append(str(PARTY_ROLES.get(kind, kind)))
    bodies: dict[int, list[str]] = {pk: [] for pk in both}
    for pk, name in Membership.objects.filter(person__in=both).values_list("person_id", "organisation__name"):
        bodies[pk].append(name)
    tags: dict[int, list[str]] = {pk: [] for pk in both}
    for pk, name in (
        Person.tags.through.objects.filter(person__in=both).values_list("person_id", "tag__name").order_by("tag__name")
    ):
        tags[pk].append(name)
    standings: dict[int, list[str]] = {pk: [] for pk in both}
    for row in Permission.objects.filter(person__in=both).select_related("topic", "purpose").order_by("id"):
        name = said(row.topic.name if row.topic else row.purpose.name)
        sign = "✓" if row.state == PermissionEntry.Act.GRANTED else "✗"
        standings[row.person_id].append(f"{sign} {name}")
    facts: list[tuple[str, Any]] = [
        (_("Other ways to reach them"), points),
        (_("Roles"), roles),
        (_("Further organisations"), bodies),
        (_("Tags"), tags),
        (_("Permissions"), standings),
        (_("Messages"), {pk: [str(number)] for pk, number in counts.items()}),
        (_("Known since"), {one.pk: [on(one.created_at, "short")] for one in (kept, gone)}),
    ]
    lines = [
        ComparedValue(name="", words=words, kept=", ".join(each[kept.pk]), gone=", ".join(each[gone.pk]))
        for words, each in facts
    ]
    return [line for line in lines if line.kept or line.gone]
