"""Define the lists of a campaign's people: before the start their verdicts, then each message and its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from esmero.campaigns.models import Campaign
from esmero.dossier.statistics.day_counts import RETURNED
from esmero.lists.columns import Column, ObjectLink, moment_column, state_column
from esmero.lists.filters import Filter, Labelled, Rows, code_filter, field_filter
from esmero.lists.listing import Listing
from esmero.mailroom.planning.objection_order import CODES
from esmero.outbox.models import Message, MessageEvent
from esmero.people.persons.queries import find_rows_of_people

OUTCOMES = ("1", "2", "3", "4", "5")  # of a message, from an absence to a complaint (outbox/models)


def _find(rows: Rows, text: str) -> Rows:
    return find_rows_of_people(rows, text=text)


def _find_message(rows: Rows, text: str) -> Rows:
    return rows.filter(address__startswith=text.lower()) if "@" in text else _find(rows, text)


AUDIENCE = Listing(
    page="campaign-people",
    order="person",
    personal=True,
    search=_find,
    count_found=False,
    search_title=_("Name"),
    columns=(
        Column(
            key="person",
            title=_("Person"),
            value=lambda row: row.person,
            shape=ObjectLink("person", lambda row: row.person_id),
            order=("person_id",),
            head=True,
        ),
        Column(
            key="address", title=_("Address"), value=lambda row: row.person.address.value if row.person.address else ""
        ),
        state_column(_("The gate says"), "verdict", key="outcome"),
        Column(key="because", title=_("Because"), value=lambda row: row.codes),
    ),
    filters=(
        code_filter(
            "verdict",
            ("go", "wait", "refuse"),
            key="outcome",
            title=_("The gate says"),
            every=_("Everybody"),
        ),
        code_filter("objection", CODES, key="reason", title=_("Reason"), every=_("All reasons"), field="first"),
    ),
)


@dataclass(frozen=True, slots=True)
class RecipientAct:
    """Describe an act of recipients by which a campaign's people can be filtered."""

    words: Any
    condition: Any


def _has_rare_event(kind: str) -> Q:
    """Return the filter for messages with a rare event; an IN subquery, so that the plan starts from the events."""
    return Q(pk__in=MessageEvent.objects.filter(kind=kind).values("message"))


def _list_acts(campaign: Campaign) -> dict[str, RecipientAct]:
    clicks = MessageEvent.objects.filter(message=OuterRef("pk"), kind=MessageEvent.Kind.CLICKED)
    acts = {
        "clicked": RecipientAct(_("opened a link"), Exists(clicks.filter(machine=""))),
        "machine": RecipientAct(
            _("only a machine opened a link"),
            Exists(clicks.exclude(machine="")) & ~Exists(clicks.filter(machine="")),
        ),
        "replied": RecipientAct(_("answered"), _has_rare_event("replied")),
        "left": RecipientAct(_("left a topic"), _has_rare_event("unsubscribed")),
    }
    if link := campaign.goal.get("link"):
        acts["goal"] = RecipientAct(_("reached the goal"), Exists(clicks.filter(machine="", link__url=link)))
    return acts


def _with_outcome(rows: Rows, value: str) -> Rows:
    if value == "delivered":
        return rows.filter(state=Message.State.SENT).exclude(worst__in=RETURNED)
    return rows.filter(worst=int(value))


def recipients_of(campaign: Campaign, *, receivers: Sequence[str]) -> Listing:
    """Return the listing of a started campaign's messages; `receivers` are the selectable mailbox providers."""
    acts = _list_acts(campaign)
    named: list[Labelled] = [(name, name) for name in receivers]
    return Listing(
        page="campaign-people",
        order="person",
        personal=True,
        search=_find_message,
        count_found=False,
        search_title=_("Name or address"),
        columns=(
            Column(
                key="person",
                title=_("Person"),
                value=lambda row: row.person or row.address,
                shape=ObjectLink("person", lambda row: row.person_id),
                file_value=lambda row: str(row.person or ""),
                order=("id",),
                head=True,
            ),
            Column(key="address", title=_("Address"), value=lambda row: row.address),
            state_column(_("State"), "message"),
            Column(key="outcome", title=_("What came of it"), value=lambda row: row.worst),
            moment_column("sent", _("Sent"), lambda row: row.sent_at),
            Column(key="receiver", title=_("Receiver"), value=lambda row: row.receiver, quiet=True, shown=False),
            Column(
                key="why",
                title=_("Why"),
                value=lambda _row: _("Why"),
                shape=ObjectLink("message"),
                file_value=lambda row: row.verdict,
            ),
        ),
        filters=(
            code_filter("message", Message.State.values, title=_("State"), every=_("Every state")),
            Filter(
                key="reason",
                title=_("Reason"),
                every=_("All reasons"),
                kind="objection",
                choices=lambda: CODES,
                apply=lambda rows, value: rows.filter(verdict__startswith=value, state=Message.State.REFUSED),
            ),
            Filter(
                key="outcome",
                title=_("What came of it"),
                every=_("Whatever came of it"),
                kind="outcome",
                choices=lambda: ("delivered", *OUTCOMES),
                apply=_with_outcome,
            ),
            Filter(
                key="did",
                title=_("What they did"),
                every=_("Whatever they did"),
                choices=lambda: [(key, act.words) for key, act in acts.items()],
                apply=lambda rows, value: rows.filter(acts[value].condition),
            ),
            field_filter("at", title=_("Receiver"), every=_("Every receiver"), choices=lambda: named, field="receiver"),
        ),
    )
