"""Serve the preferences page: topics and frequency, channels, pause, language; valid at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from esmero.mailroom.arriving.unsubscription import unsubscribe_by_message
from esmero.mailroom.composing.compiled_templates import pick
from esmero.mailroom.planning.explanation import list_known
from esmero.people.models import Channel, ContactPoint, PermissionEntry, Person, Preference, Topic
from esmero.people.permissions.current_permissions import ChannelRight, TopicRights, read_rights
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.permissions.preferences import pause, save_preference, set_language
from esmero.policy.permission import CONSENT
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public.labels import KNOWN
from esmero.web.public.visit_token import TokenVisit, requires_token

MONTH = 30
PAUSES = (1, 3, 6)  # months
SOURCE = "preferences page"
OTHER_CHANNELS = (Channel.POST, Channel.PHONE)  # channels besides e-mail that a person sets here


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """Describe a topic on the page; `now` is always, monthly or never, `rights` the status of each channel."""

    topic: Topic
    name: str
    description: str
    now: str
    rights: TopicRights


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """Describe another channel that reaches the person, and whether any topic is allowed on it."""

    channel: str
    name: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedChoice:
    """Describe one choice of the page: its name, the field of the form, the values with their words, the chosen one."""

    name: str
    field: str
    choices: Sequence[tuple[str, str]]
    chosen: str
    description: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires_token(TokenPurpose.PREFERENCES)
def preferences(request: HttpRequest, visit: TokenVisit) -> HttpResponse:
    """Show and store a person's preferences for one brand."""
    person = visit.person
    if person is None:  # a test message has no person, and an erased person has no preferences
        return visit.show(request, "public/preferences.html", rows=[])
    rows = _read_rows(visit, person)
    channels = _read_channels(rows)
    if request.method == "POST":
        if request.POST.get("act") == "none":
            _leave_all(visit, person=person, rows=rows, channels=channels)
        else:
            _store(request.POST, visit=visit, person=person, rows=rows, channels=channels)
        spoken = request.POST.get("language", "")
        language = (
            spoken
            if spoken in dict(settings.LANGUAGES) and spoken != _current_language(visit, person)
            else visit.chosen
        )
        asked = {"saved": "1", **({"lang": language} if language else {})}
        return HttpResponseRedirect(f"{request.path}?{urlencode(asked)}")
    paused = Preference.objects.filter(person=person, brand=visit.brand, topic=None).first()
    until = paused.paused_until if paused and paused.paused_until and paused.paused_until > timezone.now() else None
    return visit.show(
        request,
        "public/preferences.html",
        rows=[_offer_topic(row) for row in rows],
        ways=[_offer_channel(channel) for channel in channels],
        pause_words=pgettext("preferences", "Pause"),
        pauses=offer_pauses(until),
        spoken=_current_language(visit, person),
        saved="saved" in request.GET,
        known=_describe_known(person),
        why=visit.path(TokenPurpose.WHY),
        shared=visit.share(),
        data=visit.path(TokenPurpose.PREFERENCES, below="/data"),
    )


def _current_language(visit: TokenVisit, person: Person) -> str:
    return person.language or visit.message.language


def offer_pauses(until: datetime | None) -> list[tuple[str, str]]:
    """Return the choices of a pause as value and words; `until` is the end of one that runs, "" leaves it as it is."""
    now = timezone.now()
    running = [("", _tell_end(until))] if until else []
    offered = []
    for number in PAUSES:
        words = ngettext("for %(number)s month", "for %(number)s months", number) % {"number": number}
        offered.append((str(number), f"{words} ({_tell_end(now + timedelta(days=MONTH * number))})"))
    return [*running, ("0", _("none")), *offered]


def _tell_end(at: datetime) -> str:
    return _("until %(date)s") % {"date": date_format(timezone.localtime(at), "DATE_FORMAT")}


def _offer_topic(row: TopicRow) -> OfferedChoice:
    return OfferedChoice(
        name=row.name,
        description=row.description,
        field=f"topic-{row.topic.pk}",
        choices=[("always", _("Always")), ("monthly", _("Monthly")), ("never", _("Never"))],
        chosen=row.now,
    )


def _offer_channel(row: ChannelRow) -> OfferedChoice:
    return OfferedChoice(
        name=row.name,
        field=f"way-{row.channel}",
        choices=[("yes", _("yes")), ("no", _("no"))],
        chosen="yes" if row.open else "no",
    )


def _read_rows(visit: TokenVisit, person: Person) -> list[TopicRow]:
    language = get_language() or visit.brand.language
    kinds = ContactPoint.objects.filter(person=person, usable=True).values_list("kind", flat=True)
    rows = []
    for rights in read_rights(person, brand=visit.brand, kinds=kinds):
        topic, wish = rights.topic, rights.preference
        now = "never"
        if rights.by_mail.allowed:
            now = "monthly" if wish.minimum_gap is not None and wish.minimum_gap.days > 1 else "always"
        name, description = pick(topic.name, language) or topic.code, pick(topic.description, language)
        rows.append(TopicRow(topic=topic, name=name, description=description, now=now, rights=rights))
    return rows


def _read_channels(rows: list[TopicRow]) -> list[ChannelRow]:
    names = {Channel.POST: _("By letter, too"), Channel.PHONE: _("By telephone, too")}
    channels = []
    for channel in OTHER_CHANNELS:
        found = [right for row in rows if (right := _right(row, channel)) is not None]
        if found:
            allowed = any(right.allowed for right in found)
            channels.append(ChannelRow(channel=channel.value, name=names[channel], open=allowed))
    return channels


def _right(row: TopicRow, channel: str) -> ChannelRight | None:
    return next((right for right in row.rights.rights if right.channel == channel), None)


def _store(
    form: QueryDict, *, visit: TokenVisit, person: Person, rows: list[TopicRow], channels: list[ChannelRow]
) -> None:
    now = timezone.now()
    with transaction.atomic():
        wished = {row.topic.pk: _chosen_frequency(form, row) for row in rows}
        for row in rows:
            if wished[row.topic.pk] != row.now:
                _store_frequency(row, wished[row.topic.pk], visit=visit, person=person, at=now)
        for other in channels:
            asked = form.get(f"way-{other.channel}", "")
            if asked in {"yes", "no"} and (asked == "yes") != other.open:
                wanted = [row for row in rows if wished[row.topic.pk] != "never"]
                _set_channel(other, yes=asked == "yes", rows=rows, wanted=wanted, visit=visit, person=person, at=now)
        months = form.get("pause", "")
        if months in {str(number) for number in (0, *PAUSES)}:
            until = now + timedelta(days=MONTH * int(months)) if int(months) else None
            pause(person, brand=visit.brand, until=until)
        language = form.get("language", "")
        if language in dict(settings.LANGUAGES) and language != person.language:
            set_language(person, language=language)


def _leave_all(visit: TokenVisit, *, person: Person, rows: list[TopicRow], channels: list[ChannelRow]) -> None:
    """Object to all advertising of the brand by mail, and withdraw permissions on other channels."""
    now = timezone.now()
    with transaction.atomic():
        unsubscribe_by_message(visit.message, everything=True, at=now, source="page")
        for other in channels:
            if other.open:
                _set_channel(other, yes=False, rows=rows, wanted=[], visit=visit, person=person, at=now)


def _chosen_frequency(form: QueryDict, row: TopicRow) -> str:
    wished = form.get(f"topic-{row.topic.pk}", row.now)
    return wished if wished in ("always", "monthly", "never") else row.now


def _store_frequency(row: TopicRow, wished: str, *, visit: TokenVisit, person: Person, at: datetime) -> None:
    """Store a frequency.

    *Never* withdraws the permission; choosing a topic not received before grants permission anew.
    """
    gap = MONTH if wished == "monthly" else None
    save_preference(person, topic=row.topic, wanted=wished != "never", minimum_gap_days=gap)
    if "never" not in (wished, row.now):
        return
    wording = _("%(brand)s may write to me by e-mail: %(topic)s") % {"brand": visit.brand.name, "topic": row.name}
    record(
        [_entry(row, yes=wished != "never", channel=Channel.EMAIL, wording=wording, visit=visit, person=person, at=at)]
    )


def _describe_known(person: Person) -> list[str]:
    """Return the kinds of facts that are held of a person, the e-mail address first; nothing if no other is held."""
    known = [str(KNOWN[name]) for name in list_known(person)]
    return [_("Your e-mail address"), *known] if known else []


def _set_channel(
    channel: ChannelRow,
    *,
    yes: bool,
    rows: list[TopicRow],
    wanted: list[TopicRow],
    visit: TokenVisit,
    person: Person,
    at: datetime,
) -> None:
    """Grant a channel for the topics wanted by mail, or withdraw it for all topics allowed on it."""
    words = {
        Channel.POST.value: _("%(brand)s may write to me by letter: %(topic)s"),
        Channel.PHONE.value: _("%(brand)s may call me: %(topic)s"),
    }
    allowed = [row for row in rows if (right := _right(row, channel.channel)) is not None and right.allowed]
    record(
        [
            _entry(
                row,
                yes=yes,
                channel=channel.channel,
                wording=words[channel.channel] % {"brand": visit.brand.name, "topic": row.name},
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
