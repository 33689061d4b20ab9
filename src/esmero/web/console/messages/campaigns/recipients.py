"""List the people of a campaign: before the start their dry-run verdict, then each message and its outcome."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.dossier.statistics.day_counts import RETURNED
from esmero.mailroom.planning.objection_order import CODES
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Person
from esmero.people.persons.queries import find_rows_of_people
from esmero.web.parts.components.tables import Choice, Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import chip, objections, outcome, state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.states import MESSAGE, OUTCOME, label_objection

_OUTCOMES = {
    "go": ("kept", gettext_lazy("goes")),
    "wait": ("wait", gettext_lazy("waits")),
    "refuse": ("plain", pgettext_lazy("message", "left out")),
}


def _person(person: Person | None, fallback: str) -> str | SafeString:
    if person is None:
        return fallback
    return format_html('<a href="{}">{}</a>', reverse("console:person", args=[person.pk]), person)


def _reasons() -> Sequence[Choice]:
    return [(code, label_objection(code)) for code in CODES]


def _find(rows: Rows, text: str) -> Rows:
    return find_rows_of_people(rows, text=text)


def _find_message(rows: Rows, text: str) -> Rows:
    return rows.filter(address__startswith=text.lower()) if "@" in text else _find(rows, text)


def _outcome_chip(member: AudienceMember) -> SafeString:
    look, words = _OUTCOMES.get(member.outcome, ("plain", member.outcome))
    return chip(look, str(words))  # type: ignore[arg-type]


AUDIENCE = Listing(
    page="campaign-people",
    order="person",
    personal=True,
    search=_find,
    count_found=False,
    search_title=gettext_lazy("Name"),
    columns=(
        TableColumn(
            key="person",
            title=gettext_lazy("Person"),
            cell=lambda one: _person(one.person, ""),
            plain=lambda one: str(one.person),
            order=("person_id",),
            head=True,
        ),
        TableColumn(
            key="address",
            title=gettext_lazy("Address"),
            cell=lambda one: one.person.address.value if one.person.address else "",
        ),
        TableColumn(key="outcome", title=gettext_lazy("The gate says"), cell=_outcome_chip),
        TableColumn(key="because", title=gettext_lazy("Because"), cell=lambda one: objections(one.codes, one.facts)),
    ),
    filters=(
        Filter(
            key="outcome",
            title=gettext_lazy("The gate says"),
            every=gettext_lazy("Everybody"),
            choices=lambda: [(value, words) for value, (_look, words) in _OUTCOMES.items()],
            apply=lambda rows, value: rows.filter(outcome=value),
        ),
        Filter(
            key="reason",
            title=gettext_lazy("Reason"),
            every=gettext_lazy("All reasons"),
            choices=_reasons,
            apply=lambda rows, value: rows.filter(first=value),
        ),
    ),
)


def _outcome_choices() -> Sequence[Choice]:
    return [("delivered", _("delivered")), *((str(worst), word.text) for worst, word in OUTCOME.items())]


def _with_outcome(rows: Rows, value: str) -> Rows:
    if value == "delivered":
        return rows.filter(state=Message.State.SENT).exclude(worst__in=RETURNED)
    return rows.filter(worst=int(value))


def _outcome_and_reasons(message: Message) -> SafeString | str:
    if not message.worst and not message.verdict:
        return ""
    return format_html("{} {}", outcome(message.worst), objections(message.verdict, message.objections))


def _why(message: Message) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:message", args=[message.pk]), _("Why"))


def _has_rare_event(kind: str) -> Q:
    """Return the filter for messages with a rare event; an IN subquery, so that the plan starts from the events."""
    return Q(pk__in=MessageEvent.objects.filter(kind=kind).values("message"))


def recipients_of(campaign: Campaign, *, receivers: Sequence[str]) -> Listing:
    """Return the listing of a started campaign's messages; `receivers` are the selectable mailbox providers."""
    clicks = MessageEvent.objects.filter(message=OuterRef("pk"), kind=MessageEvent.Kind.CLICKED)
    acts = {
        "clicked": (_("opened a link"), Exists(clicks.filter(machine=""))),
        "machine": (
            _("only a machine opened a link"),
            Exists(clicks.exclude(machine="")) & ~Exists(clicks.filter(machine="")),
        ),
        "replied": (_("answered"), _has_rare_event("replied")),
        "left": (_("left a topic"), _has_rare_event("unsubscribed")),
    }
    if link := campaign.goal.get("link"):
        acts["goal"] = (_("reached the goal"), Exists(clicks.filter(machine="", link__url=link)))
    return Listing(
        page="campaign-people",
        order="person",
        personal=True,
        search=_find_message,
        count_found=False,
        search_title=gettext_lazy("Name or address"),
        columns=(
            TableColumn(
                key="person",
                title=gettext_lazy("Person"),
                cell=lambda one: _person(one.person, one.address),
                plain=lambda one: str(one.person or ""),
                order=("id",),
                head=True,
            ),
            TableColumn(key="address", title=gettext_lazy("Address"), cell=lambda one: one.address),
            TableColumn(key="state", title=gettext_lazy("State"), cell=lambda one: state("message", one.state)),
            TableColumn(key="outcome", title=gettext_lazy("What came of it"), cell=_outcome_and_reasons),
            TableColumn(
                key="sent",
                title=gettext_lazy("Sent"),
                cell=lambda one: format_time(one.sent_at) if one.sent_at else "",
                plain=lambda one: one.sent_at.isoformat() if one.sent_at else "",
                quiet=True,
            ),
            TableColumn(
                key="receiver", title=gettext_lazy("Receiver"), cell=lambda one: one.receiver, quiet=True, shown=False
            ),
            TableColumn(key="why", title=gettext_lazy("Why"), cell=_why, plain=lambda one: one.verdict),
        ),
        filters=(
            Filter(
                key="state",
                title=gettext_lazy("State"),
                every=gettext_lazy("Every state"),
                choices=lambda: [(value, word.text) for value, word in MESSAGE.items()],
                apply=lambda rows, value: rows.filter(state=value),
            ),
            Filter(
                key="reason",
                title=gettext_lazy("Reason"),
                every=gettext_lazy("All reasons"),
                choices=_reasons,
                apply=lambda rows, value: rows.filter(verdict__startswith=value, state=Message.State.REFUSED),
            ),
            Filter(
                key="outcome",
                title=gettext_lazy("What came of it"),
                every=gettext_lazy("Whatever came of it"),
                choices=_outcome_choices,
                apply=_with_outcome,
            ),
            Filter(
                key="did",
                title=gettext_lazy("What they did"),
                every=gettext_lazy("Whatever they did"),
                choices=lambda: [(key, words) for key, (words, _condition) in acts.items()],
                apply=lambda rows, value: rows.filter(acts[value][1]),
            ),
            Filter(
                key="at",
                title=gettext_lazy("Receiver"),
                every=gettext_lazy("Every receiver"),
                choices=lambda: [(name, name) for name in receivers],
                apply=lambda rows, value: rows.filter(receiver=value),
            ),
        ),
    )
