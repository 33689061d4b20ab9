"""Describe the fixed parts of Today: greeting, statistics, waiting conversations, events and the installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import timesince_filter, truncatechars
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.conversations.models import Conversation
from esmero.conversations.queries import count_waiting, list_waiting
from esmero.outbox.models import Message, Relay
from esmero.outbox.queries import count_events, count_sent, count_undecided, list_relays
from esmero.people.persons.queries import count_people
from esmero.web.console.area import TodayLine, TodayRequest
from esmero.web.console.settings.first_steps import steps_left
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.components.template_tags import bounded, moment, on, quoted, word
from esmero.work.queries import count_jobs

# Kinds of events, the most important to staff first.
_EVENT_KINDS = ("replied", "returned-for-good", "complained", "unsubscribed", "absent", "clicked")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthMark:
    """Represent one word on the health of the installation: a link to a trouble, or the statement that all is well."""

    words: str
    url: str = ""


def greet(asked: TodayRequest) -> str:
    """Return the greeting of the hour."""
    hour, name = timezone.localtime(asked.now).hour, asked.user.name.partition(" ")[0]
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    return (_("Good afternoon, %(name)s") if hour < 20 else _("Good evening, %(name)s")) % {"name": name}


def count_conversations(asked: TodayRequest) -> int:
    """Return the number of conversations that wait for staff."""
    return asked.once(count_waiting, brand=asked.brand)


def describe_day(asked: TodayRequest) -> str:
    """Return the day and the number of people who wait for an answer."""
    number = count_conversations(asked)
    waiting = ngettext("%(shown)s person waits for an answer", "%(shown)s people wait for an answer", number)
    said = waiting % {"shown": format_number(number)} if number else _("nobody waits for an answer")
    return f"{on(asked.now, 'today')} · {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsReminder:
    """Remind of the first steps that are left: their number in words, and their titles."""

    words: str
    titles: str


def describe_steps_left(asked: TodayRequest) -> StepsReminder | None:
    """Return the reminder of the first steps; None if none is left or the user has hidden it."""
    left = steps_left(asked.brand, user=asked.user, relays=asked.once(list_relays))
    if not left:
        return None
    words = ngettext("%(number)s of the first steps is left:", "%(number)s of the first steps are left:", len(left))
    return StepsReminder(words=words % {"number": len(left)}, titles=", ".join(str(one.title) for one in left))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """Represent a number with its name and its base."""

    name: str
    number: str
    note: str


def list_statistics(asked: TodayRequest, *, since: datetime) -> list[Statistic]:
    """Return the four numbers at the top."""
    doubts = _count_doubts(asked)
    oldest = asked.once(list_waiting, brand=asked.brand, limit=6)[:1]
    age = _("oldest %(age)s") % {"age": timesince_filter(oldest[0].last_at)} if oldest else _("nobody")
    return [
        Statistic(name=_("Waiting for us"), number=format_number(count_conversations(asked)), note=age),
        Statistic(
            name=_("Left the house"),
            number=bounded(count_sent(brand=asked.brand, since=since)),
            note=_("since yesterday at this time"),
        ),
        Statistic(name=_("In doubt"), number=format_number(doubts), note=_("the relay may or may not have them")),
        Statistic(name=_("People"), number=format_number(count_people()), note=_("whom this house knows")),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCard:
    """Represent a card of lines: title, note beside it, link at its right, and the text of an empty one."""

    title: str
    lines: Sequence[TodayLine]
    nothing: str
    note: str = ""
    more: str = ""
    more_url: str = ""


def draw_conversations(asked: TodayRequest) -> LineCard:
    """Return the card of the conversations that wait for staff, longest first."""
    lines = [_draw_conversation(one) for one in asked.once(list_waiting, brand=asked.brand, limit=6)]
    return LineCard(
        title=_("Who waits for an answer"),
        lines=lines,
        nothing=_("When somebody answers one of your messages, their words stand here until you have answered."),
        more=_("All conversations"),
        more_url=reverse("console:conversations") if lines else "",
    )


def _draw_conversation(conversation: Conversation) -> TodayLine:
    text: str = conversation.latest_text or ""  # type: ignore[attr-defined]
    return TodayLine(
        when=moment(conversation.last_at),
        look="wait",
        words=conversation.person or conversation.address,
        url=reverse("console:conversation", args=[conversation.pk]),
        detail=quoted(truncatechars(text, 180)) if text else "",
        more=conversation.subject,
    )


def draw_decisions(lines: Sequence[TodayLine]) -> LineCard:
    """Return the card of the lines that wait for a decision."""
    return LineCard(
        title=_("To decide"),
        note=_("what no program should"),
        lines=lines,
        nothing=_("Nothing is in doubt, nothing has failed."),
    )


def list_events(asked: TodayRequest, *, since: datetime) -> list[tuple[str, str]]:
    """Return the numbers of events since a time, with their names."""
    numbers = count_events(brand=asked.brand, kinds=_EVENT_KINDS, since=since)
    return [(word(kind, "counted"), bounded(numbers.get(kind, 0))) for kind in _EVENT_KINDS]


def list_relay_lines(asked: TodayRequest) -> Sequence[SafeString | str]:
    """Describe the relays."""
    return [_describe_relay(one) for one in asked.once(list_relays)]


def _describe_relay(relay: Relay) -> SafeString | str:
    if relay.kind != Relay.Kind.CAPTURE:
        told = {"name": relay.name, "host": relay.host, "port": relay.port}
        return _("Relay %(name)s: %(host)s, port %(port)s") % told
    text = _('Relay %(name)s: <b class="say-wait">catches</b> everything, nothing leaves this machine')
    return mark_safe(text % {"name": format_html("{}", relay.name)})  # noqa: S308 - our text, the name is escaped


def list_health(asked: TodayRequest) -> list[HealthMark]:
    """Return the marks of failed jobs and of messages in doubt."""
    failed, doubts = asked.once(count_jobs).get("failed", 0), _count_doubts(asked)
    marks, work = [HealthMark(words=_("Nothing failed")), HealthMark(words=_("nothing in doubt"))], "console:work"
    if failed:
        words = ngettext("%(shown)s piece of work failed", "%(shown)s pieces of work failed", failed)
        marks[0] = HealthMark(words=words % {"shown": format_number(failed)}, url=f"{reverse(work)}?state=failed")
    if doubts:
        words = ngettext("%(shown)s in doubt", "%(shown)s in doubt", doubts)
        marks[1] = HealthMark(words=words % {"shown": format_number(doubts)}, url=f"{reverse(work)}#doubts")
    return marks


def _count_doubts(asked: TodayRequest) -> int:
    return asked.once(count_undecided, brand=asked.brand).get(Message.State.DOUBT, 0)
