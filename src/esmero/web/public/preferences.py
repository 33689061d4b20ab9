"""What we write to you: topics and how often, on which ways, a pause, the language; valid at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from esmero.mailroom.arriving.unsubscription import leave
from esmero.mailroom.composing.compiled_templates import pick
from esmero.mailroom.planning.explanation import list_known
from esmero.people.models import Channel, ContactPoint, PermissionEntry, Person, Preference, Topic
from esmero.people.permissions.current_permissions import ChannelRight, TopicRights, read_rights
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.permissions.preferences import pause, save_preference, set_language
from esmero.people.permissions.state import CONSENT
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public.labels import KNOWN
from esmero.web.public.visit_token import TokenVisit, holds

MONTH = 30
PAUSES = (1, 3, 6)  # months
SOURCE = "preferences page"
BESIDE = (Channel.POST, Channel.PHONE)  # the ways beside mail that a person sets here


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic on the page; `now` is always, monthly or never. `rights` is what stands on each channel."""

    topic: Topic
    name: str
    description: str
    now: str
    rights: TopicRights


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """Another channel on which the house can reach the person, and whether any topic is allowed on it."""

    channel: str
    name: str
    open: bool


@require_http_methods(["GET", "HEAD", "POST"])
@holds(TokenPurpose.PREFERENCES)
def preferences(request: HttpRequest, visit: TokenVisit) -> HttpResponse:
    """Show and store a person's wishes for one brand."""
    person = visit.person
    if person is None:  # a test message belongs to nobody, and an erased person wishes nothing any more
        return visit.show(request, "public/preferences.html", rows=[])
    rows = _read_rows(visit, person)
    ways = _read_ways(rows)
    if request.method == "POST":
        if request.POST.get("act") == "none":
            _leave_all(visit, person=person, rows=rows, ways=ways)
        else:
            _store(request.POST, visit=visit, person=person, rows=rows, ways=ways)
        spoken = request.POST.get("language", "")
        language = spoken if spoken in dict(settings.LANGUAGES) and spoken != _spoken(visit, person) else visit.chosen
        asked = {"saved": "1", **({"lang": language} if language else {})}
        return HttpResponseRedirect(f"{request.path}?{urlencode(asked)}")
    paused = Preference.objects.filter(person=person, brand=visit.brand, topic=None).first()
    until = paused.paused_until if paused and paused.paused_until and paused.paused_until > timezone.now() else None
    return visit.show(
        request,
        "public/preferences.html",
        rows=rows,
        choices=[("always", _("Always")), ("monthly", _("Monthly")), ("never", _("Never"))],
        ways=ways,
        until=until,
        pauses=_name_pauses(),
        spoken=_spoken(visit, person),
        saved="saved" in request.GET,
        known=[KNOWN[name] for name in list_known(person)],
        why=visit.path(TokenPurpose.WHY),
        shared=visit.share(),
        data=visit.path(TokenPurpose.PREFERENCES, below="/data"),
    )


def _spoken(visit: TokenVisit, person: Person) -> str:
    return person.language or visit.message.language


def _name_pauses() -> list[tuple[int, str, datetime]]:
    """Return each pause that is offered: its months, its words, and the day on which it would end."""
    now = timezone.now()
    return [
        (
            number,
            ngettext("for %(number)s month", "for %(number)s months", number) % {"number": number},
            now + timedelta(days=MONTH * number),
        )
        for number in PAUSES
    ]


def _read_rows(visit: TokenVisit, person: Person) -> list[TopicRow]:
    language = get_language() or visit.brand.language
    kinds = ContactPoint.objects.filter(person=person, usable=True).values_list("kind", flat=True)
    rows = []
    for rights in read_rights(person, brand=visit.brand, kinds=kinds):
        topic, wish = rights.topic, rights.preference
        now = "never"
        if rights.by_mail.allowed:
            now = "monthly" if wish and (wish.minimum_gap_days or 0) > 1 else "always"
        name, description = pick(topic.name, language) or topic.code, pick(topic.description, language)
        rows.append(TopicRow(topic=topic, name=name, description=description, now=now, rights=rights))
    return rows


def _read_ways(rows: list[TopicRow]) -> list[ChannelRow]:
    names = {Channel.POST: _("By letter, too"), Channel.PHONE: _("By telephone, too")}
    ways = []
    for channel in BESIDE:
        found = [right for row in rows if (right := _right(row, channel)) is not None]
        if found:
            allowed = any(right.allowed for right in found)
            ways.append(ChannelRow(channel=channel.value, name=names[channel], open=allowed))
    return ways


def _right(row: TopicRow, channel: str) -> ChannelRight | None:
    return next((right for right in row.rights.rights if right.channel == channel), None)


def _store(form: QueryDict, *, visit: TokenVisit, person: Person, rows: list[TopicRow], ways: list[ChannelRow]) -> None:
    now = timezone.now()
    with transaction.atomic():
        wished = {row.topic.pk: _wished(form, row) for row in rows}
        for row in rows:
            if wished[row.topic.pk] != row.now:
                _change(row, wished[row.topic.pk], visit=visit, person=person, at=now)
        for way in ways:
            asked = form.get(f"way-{way.channel}", "")
            if asked in {"yes", "no"} and (asked == "yes") != way.open:
                wanted = [row for row in rows if wished[row.topic.pk] != "never"]
                _open_way(way, yes=asked == "yes", rows=rows, wanted=wanted, visit=visit, person=person, at=now)
        months = form.get("pause", "")
        if months in {str(number) for number in (0, *PAUSES)}:
            until = now + timedelta(days=MONTH * int(months)) if int(months) else None
            pause(person, brand=visit.brand, until=until)
        language = form.get("language", "")
        if language in dict(settings.LANGUAGES) and language != person.language:
            set_language(person, language=language)


def _leave_all(visit: TokenVisit, *, person: Person, rows: list[TopicRow], ways: list[ChannelRow]) -> None:
    """Object to all advertising of the brand by mail, and take back what is allowed on other ways."""
    now = timezone.now()
    with transaction.atomic():
        leave(visit.message, everything=True, at=now, source="page")
        for way in ways:
            if way.open:
                _open_way(way, yes=False, rows=rows, wanted=[], visit=visit, person=person, at=now)


def _wished(form: QueryDict, row: TopicRow) -> str:
    wished = form.get(f"topic-{row.topic.pk}", row.now)
    return wished if wished in ("always", "monthly", "never") else row.now


def _change(row: TopicRow, wished: str, *, visit: TokenVisit, person: Person, at: datetime) -> None:
    """Keep a wish. *Never* takes the permission back; whoever wants a topic that they had not got allows it anew."""
    gap = MONTH if wished == "monthly" else None
    save_preference(person, topic=row.topic, wanted=wished != "never", minimum_gap_days=gap)
    if "never" not in (wished, row.now):
        return
    wording = _("%(brand)s may write to me by e-mail: %(topic)s") % {"brand": visit.brand.name, "topic": row.name}
    record(
        [_entry(row, yes=wished != "never", channel=Channel.EMAIL, wording=wording, visit=visit, person=person, at=at)]
    )


def _open_way(
    way: ChannelRow,
    *,
    yes: bool,
    rows: list[TopicRow],
    wanted: list[TopicRow],
    visit: TokenVisit,
    person: Person,
    at: datetime,
) -> None:
    """Open a way for the topics that are wanted by mail, or close it for all that were allowed on it."""
    words = {
        Channel.POST.value: _("%(brand)s may write to me by letter: %(topic)s"),
        Channel.PHONE.value: _("%(brand)s may call me: %(topic)s"),
    }
    allowed = [row for row in rows if (right := _right(row, way.channel)) is not None and right.allowed]
    record(
        [
            _entry(
                row,
                yes=yes,
                channel=way.channel,
                wording=words[way.channel] % {"brand": visit.brand.name, "topic": row.name},
                visit=visit,
                person=person,
                at=at,
            )
            for row in (wanted if yes else allowed)
        ]
    )


def _entry(
    row: TopicRow, *, yes: bool, channel: str, wording: str, visit: TokenVisit, person: Person, at: datetime
) -> NewEntry:
    return NewEntry(
        person=person.pk,
        brand=visit.brand.pk,
        purpose=row.topic.purpose_id,
        topic=row.topic.pk,
        channel=channel,
        act=PermissionEntry.Act.GRANTED if yes else PermissionEntry.Act.WITHDRAWN,
        basis=CONSENT if yes else "",
        wording=wording if yes else "",
        source=SOURCE,
        at=at,
        proof_place=f"message {visit.message.pk}",
        by_person=True,
    )
