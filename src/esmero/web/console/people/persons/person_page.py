"""Show one person: permissions in plain words, timeline, contact points and custom fields."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.dossier.timeline import FILTERS, LIMIT, TimelineEntry, TimelineKey, read_timeline
from esmero.house.roles import may
from esmero.lists.paging import cut_page, read_key
from esmero.people.addresses.address_proposals import proposal_rows
from esmero.people.addresses.suppression import hash_address
from esmero.people.models import Address, CustomField, Merge, Person, Proposal, Suppression, Tag
from esmero.people.permissions.current_permissions import TopicRights, find_recorders, read_rights
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import read_brand, show
from esmero.web.console.people.parties.party_cards import describe_memberships, describe_party, list_reach
from esmero.web.console.people.persons.custom_field_values import format_custom_value
from esmero.web.console.people.persons.person_cards import (
    describe_head,
    find_phone,
    list_accounts,
    list_merges,
    list_proposals,
    list_silences,
)
from esmero.web.console.people.persons.person_notices import list_person_notices
from esmero.web.console.people.persons.person_rights import list_right_lines, name_topics
from esmero.web.console.people.persons.timeline_entries import describe_entries
from esmero.web.labels.people import NOTES
from esmero.web.parts.tags.cards import PageTab

SHOWN_WORDS = {
    "": pgettext_lazy("story", "All"),
    "messages": pgettext_lazy("story", "Messages"),
    "returns": pgettext_lazy("story", "Returns"),
    "clicks": pgettext_lazy("story", "Clicks"),
    "permissions": pgettext_lazy("story", "Permissions"),
    "conversations": pgettext_lazy("story", "Replies"),
    "imports": pgettext_lazy("story", "Lists"),
    "notes": pgettext_lazy("story", "Notes"),
}
PAUSES = [(30, _("30 days")), (90, _("3 months")), (180, _("6 months")), (365, _("1 year"))]
SCOPES = [("commercial", _("Advertising only")), ("all", _("Everything, also what belongs to their contract"))]
PAGE = LIMIT // 2


@requires()
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person; `?show=` filters the timeline by kind, `?after=` continues with older entries."""
    shown = get_object_or_404(Person.objects.select_related("address", "organisation"), pk=pk)
    brand = read_brand(request)
    points = list(shown.contact_points.order_by("kind", "id"))
    rights = read_rights(shown, brand=brand, kinds={point.kind for point in points}) if brand else []
    kind = request.GET.get("show", "")
    kind = kind if kind in FILTERS else ""
    entries = read_timeline(shown, show=kind, before=_read_before(request), limit=PAGE + 1)
    page = cut_page(entries, size=PAGE, key=_write_key)
    paused, silences, merges = _paused(rights), _suppressions(shown), _merged(shown)
    active = shown.state == Person.State.ACTIVE
    reachable = shown.address is not None and shown.address.standing != Address.Standing.SUPPRESSED
    recorders = find_recorders(shown, entries=[one.entry for each in rights for one in each.rights if one.entry])
    right_lines, never = list_right_lines(rights, recorders=recorders, reachable=reachable)
    return show(
        request,
        "console/people/person.html",
        subject="people",
        person=shown,
        active=active,
        changing=active and may(staff(request), "people.change"),
        head=describe_head(shown),
        phone=find_phone(points),
        notices=list_person_notices(shown, merges=merges, silences=silences, topics=name_topics(rights), paused=paused),
        rights=right_lines,
        never=never,
        has_rights=bool(rights),
        paused=paused,
        pauses=PAUSES,
        note_kinds=NOTES.items(),
        lines=describe_entries(page.rows),
        following=page.following,
        kinds=_list_tabs(request.path, kind=kind),
        kind=kind,
        reach=list_reach(shown, points=points),
        **describe_party(shown),
        memberships=describe_memberships(shown),
        silences=list_silences(silences),
        scopes=SCOPES,
        tags=list(shown.tags.order_by("name")),
        all_tags=list(Tag.objects.order_by("name").values_list("name", flat=True)[:300]),
        accounts=list_accounts(shown),
        merged=list_merges(merges, person=shown),
        proposed=list_proposals(_proposed(shown)),
        fields=_custom_fields(shown),
    )


def _list_tabs(path: str, *, kind: str) -> list[PageTab]:
    return [
        PageTab(url=f"?show={value}" if value else path, words=words, current=value == kind)
        for value, words in SHOWN_WORDS.items()
    ]


def _paused(rights: list[TopicRights]) -> datetime | None:
    """Return the end of a pause that the person asked for, if it is in the future."""
    until = [one.preference.paused_until for one in rights if one.preference.paused_until]
    return max((at for at in until if at > timezone.now()), default=None)


def _suppressions(person: Person) -> list[Suppression]:
    if person.address is None:
        return []
    rows = Suppression.objects.filter(hash=hash_address(person.address.value), lifted_at=None).select_related("brand")
    return list(rows.order_by("id")[:10])


def _merged(person: Person) -> list[Merge]:
    """Return the merges in force: of others into this person, or of this person into another."""
    column = "gone" if person.state == Person.State.MERGED else "kept"
    rows = Merge.objects.filter(**{column: person}, undone_at=None).select_related("kept", "gone")
    return list(rows.order_by("-id")[:10])


def _proposed(person: Person) -> list[Proposal]:
    """Return the address proposals that wait for a decision."""
    rows = proposal_rows().filter(person=person, state=Proposal.State.OPEN).order_by("-found_at", "id")
    return list(rows[:10])


def _custom_fields(person: Person) -> list[tuple[dict[str, str], str]]:
    declared = {field.key: field for field in CustomField.objects.all()} if person.fields else {}
    return [
        (
            own.label if (own := declared.get(key)) else {"en": key},
            format_custom_value(value, own.kind if own else None),
        )
        for key, value in sorted(person.fields.items())
    ]


def _write_key(entry: TimelineEntry) -> tuple[str | int, ...]:
    return (entry.at.isoformat(), entry.rank, entry.id)


def _read_before(request: HttpRequest) -> TimelineKey | None:
    key = read_key(request.GET.get("after"), kinds=(str, int, int))
    if key is None:
        return None
    try:
        at = datetime.fromisoformat(str(key[0]))
    except ValueError:
        return None
    return TimelineKey(at, int(key[1]), int(key[2])) if at.tzinfo else None
