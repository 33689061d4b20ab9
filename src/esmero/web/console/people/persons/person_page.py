"""Show one person: permissions in plain words, timeline, contact points and custom fields."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from esmero.accounts.models import CustomerAccount
from esmero.dossier.timeline import FILTERS, LIMIT, TimelineEntry, TimelineKey, read_timeline
from esmero.lists.paging import cut_page, read_key
from esmero.people.addresses.address_proposals import proposal_rows
from esmero.people.addresses.suppression import hash_address
from esmero.people.models import Channel, ContactPoint, CustomField, Merge, Person, Proposal, Suppression, Tag
from esmero.people.permissions.current_permissions import ChannelRight, TopicRights, find_recorders, read_rights
from esmero.web.console.access import requires
from esmero.web.console.page_frame import read_brand, show
from esmero.web.console.people.parties.party_cards import describe_memberships, describe_party
from esmero.web.console.people.persons.custom_field_values import format_custom_value
from esmero.web.console.people.persons.timeline_entries import describe_entries
from esmero.web.console.returns.address_proposals import evidence_link
from esmero.web.parts.components.template_tags import said

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
PAGE = LIMIT // 2

MOST_NAMED = 6  # topics; longer lists are cut


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
    return show(
        request,
        "console/people/person.html",
        subject="people",
        person=shown,
        **_split_rights(_with_recorders(rights, person=shown)),
        has_rights=bool(rights),
        paused=_paused(rights),
        lines=describe_entries(page.rows),
        following=page.following,
        kinds=list(SHOWN_WORDS.items()),
        kind=kind,
        contact_points=points,
        **describe_party(shown),
        memberships=describe_memberships(shown),
        phone=next((one for one in points if one.kind == ContactPoint.Kind.PHONE and one.usable), None),
        silences=_suppressions(shown),
        tags=list(shown.tags.order_by("name")),
        all_tags=list(Tag.objects.order_by("name").values_list("name", flat=True)[:300]),
        accounts=list(CustomerAccount.objects.select_related("user").filter(person=shown).order_by("id")),
        merged=_merged(shown),
        proposed=_proposed(shown),
        **_say_rights(rights),
        fields=_custom_fields(shown),
    )


def _with_recorders(rights: list[TopicRights], *, person: Person) -> list[tuple[TopicRights, ChannelRight, str]]:
    """Add to each right the name of the staff member who recorded its proof."""
    entries = [right.entry for each in rights for right in each.rights if right.entry]
    by = find_recorders(person, entries=entries)
    return [
        (each, right, by.get(right.entry.pk, "") if right.entry else "") for each in rights for right in each.rights
    ]


def _split_rights(rights: list[tuple[TopicRights, ChannelRight, str]]) -> dict[str, Any]:
    """Separate rights with a ledger entry from rights without; collapse the latter when there are many."""
    said_of = [one for one in rights if one[1].entry]
    never = [one for one in rights if not one[1].entry]
    few = len(never) <= MOST_NAMED
    return {"rights": [*said_of, *never] if few else said_of, "never": [] if few else never}


def _name_some(names: list[str]) -> str:
    """Join names; of a long list the first few, with the number of the others."""
    more = len(names) - MOST_NAMED
    if more <= 1:
        return ", ".join(names)
    return _("%(names)s and %(number)d more") % {"names": ", ".join(names[:MOST_NAMED]), "number": more}


def _say_rights(rights: list[TopicRights]) -> dict[str, Any]:
    """Name the topics allowed by e-mail, those not allowed, and those allowed on other channels."""
    elsewhere = [
        (channel, _name_some(names))
        for channel in (Channel.POST, Channel.PHONE, Channel.PORTAL)
        if (names := [said(one.topic.name) for one in rights if _allows(one, channel)])
    ]
    return {
        "allowed": _name_some([said(one.topic.name) for one in rights if one.by_mail.allowed]),
        "not_allowed": _name_some([said(one.topic.name) for one in rights if not one.by_mail.allowed]),
        "elsewhere": elsewhere,
    }


def _allows(one: TopicRights, channel: str) -> bool:
    return any(right.allowed for right in one.rights if right.channel == channel)


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


def _proposed(person: Person) -> list[tuple[Proposal, SafeString | str]]:
    """Return the address proposals that wait for a decision, each with a link to the mail that named it."""
    rows = proposal_rows().filter(person=person, state=Proposal.State.OPEN).order_by("-found_at", "id")
    return [(row, evidence_link(row)) for row in rows[:10]]


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
