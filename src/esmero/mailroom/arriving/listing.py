"""Define the lists of inbound mails, and of the bounces, complaints and absences that they reported."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.dossier.statistics.day_counts import bounce_class
from esmero.intake.bounces.meaning import SENDER_FAULTS
from esmero.intake.classify import InboundKind
from esmero.lists.columns import EMAIL_ADDRESS, Choice, Column, ObjectLink, State, moment_column, state_column
from esmero.lists.filters import Filter, Labelled, Rows, code_filter
from esmero.lists.listing import Listing
from esmero.mailroom.arriving.queries import unmatched
from esmero.mailroom.models import Inbound
from esmero.outbox.bounce_meaning import BounceMeaning
from esmero.outbox.models import MessageEvent
from esmero.outbox.queries import filter_address_prefix
from esmero.work.query_plan.selective import MOST

SEARCHED_MAILS = 10_000  # latest mails searched by envelope, which has no index
SEARCHED_EVENTS = 5_000  # latest events of the period searched by text, which has no index; addresses have one
_OURS = tuple(meaning.value for meaning in SENDER_FAULTS)


def _with_look(rows: Rows, value: str) -> Rows:
    if value == "untied":
        return unmatched(rows)
    if value == "unread":
        return rows.filter(state=Inbound.State.FAILED)
    return rows.filter(Q(kind=InboundKind.OTHER.value) | Q(kind=InboundKind.CHALLENGE.value))


def _find_mail(rows: Rows, text: str) -> Rows:
    """Find by address of the message replied to, and in the latest mails by envelope."""
    latest = Inbound.objects.order_by("-id").values("pk")[:SEARCHED_MAILS]
    begins = Q(envelope_from__istartswith=text) | Q(envelope_to__istartswith=text)
    found = list(Inbound.objects.filter(begins, pk__in=latest).values_list("pk", flat=True)[:MOST])
    return rows.filter(Q(pk__in=found) | filter_address_prefix(text.lower()))


ARRIVALS = Listing(
    page="returns-mail",
    order="-at",
    personal=True,
    search=_find_mail,
    search_title=_("Address of ours; sender or recipient of the latest 10,000"),
    columns=(
        Column(
            key="from",
            title=_("From"),
            value=lambda row: row.envelope_from or gettext("nobody (a machine)"),
            shape=ObjectLink("arrival"),
            file_value=lambda row: row.envelope_from,
            head=True,
        ),
        state_column(
            _("Taken for"),
            "arrival",
            key="kind",
            value=lambda row: row.kind if row.state == Inbound.State.DONE else row.state,
        ),
        Column(
            key="of",
            title=_("Belongs to"),
            value=lambda row: row.message and (row.message.person or row.message.address),
            shape=ObjectLink("message", lambda row: row.message_id),
        ),
        Column(key="why", title=_("Reason"), value=lambda row: "; ".join(map(str, row.why[:3])), quiet=True),
        Column(key="to", title=_("Came to"), value=lambda row: row.envelope_to, quiet=True, shown=False),
        moment_column("at", _("Arrived"), lambda row: row.received_at, form="short time", order=("received_at", "id")),
    ),
    filters=(
        code_filter(
            "arrival",
            [kind.value for kind in InboundKind],
            key="kind",
            title=_("Taken for"),
            every=_("Every kind"),
        ),
        Filter(
            key="look",
            title=_("What is open"),
            every=_("Tied or not"),
            choices=lambda: [
                ("untied", _("belongs to no message")),
                ("unclear", _("of no clear kind")),
                ("unread", _("could not be read")),
            ],
            apply=_with_look,
        ),
    ),
)


def relay_text(event: MessageEvent) -> str:
    """Return status and text of a bounce as the other side said them."""
    status, text = (str(event.facts.get(key) or "") for key in ("status", "text"))
    return (text if status in text else f"{status} {text}".strip())[:300]


def _find_event(rows: Rows, text: str) -> Rows:
    """Find by prefix of the address; in the latest bounces also by mailbox provider or text."""
    text = text.strip()
    latest = rows.select_related(None).order_by("-at", "-id").values("pk")[:SEARCHED_EVENTS]
    said = Q(message__receiver__iexact=text) | Q(facts__text__icontains=text)
    found = list(MessageEvent.objects.filter(said, pk__in=latest).values_list("pk", flat=True))
    return rows.filter(filter_address_prefix(text.lower()) | Q(pk__in=found))


def _with_class(rows: Rows, value: str) -> Rows:
    kind = MessageEvent.Kind
    rows = rows.annotate(meaning=BounceMeaning("facts"))
    if value == "ours":
        return rows.filter(Q(kind=kind.OUR_FAULT) | Q(meaning__in=_OURS))
    good = (kind.HARD_BOUNCE, kind.REFUSED)
    others = (kind.OUR_FAULT, *(good if value == "now" else (kind.SOFT_BOUNCE,)))
    # Exclude the other classes instead of listing these, so that the planner keeps the index in order of time.
    return rows.exclude(kind__in=others).filter(Q(meaning=None) | ~Q(meaning__in=_OURS))


def _event_listing(page: str, *columns: Column, spans: Sequence[Labelled], filters: tuple[Filter, ...] = ()) -> Listing:
    """Return a listing of events; the caller bounds its rows by the period, because that bounds the scan."""
    return Listing(
        page=page,
        order="-at",
        personal=True,
        search=_find_event,
        search_title=_("Address; receiver or words of the latest 5,000"),
        columns=(
            Column(
                key="person",
                title=_("Person"),
                value=lambda row: str(row.message.person or ""),
                file_value=lambda row: str(row.message.person or ""),
                head=True,
            ),
            Column(
                key="address",
                title=_("Address"),
                value=lambda row: row.message.address,
                shape=EMAIL_ADDRESS,
                shown=False,
            ),
            *columns,
            moment_column("at", _("When"), lambda row: row.at, form="short time", order=("at", "id")),
            Column(
                key="mail",
                title=_("Look at"),
                value=lambda row: row.message_id,
                file_value=lambda row: row.message_id,
            ),
        ),
        filters=(
            *filters,
            Filter(
                key="since",
                title=_("Period"),
                every=_("30 days"),
                choices=lambda: spans,
                apply=lambda rows, _value: rows,
            ),
        ),
    )


def list_bounces(*, spans: Sequence[Labelled], meanings: Sequence[str]) -> Listing:
    """Return the listing of bounces; `spans` are the periods, `meanings` the codes that can be chosen."""
    return _event_listing(
        "returns-each",
        Column(
            key="class",
            title=_("Class"),
            value=lambda row: bounce_class(row.kind, row.facts.get("meaning", "")),
            shape=State("return"),
        ),
        Column(
            key="meaning", title=_("Meaning"), value=lambda row: row.facts.get("meaning", ""), shape=Choice("meaning")
        ),
        Column(key="words", title=_("What the relay said"), value=relay_text, quiet=True, shown=False),
        Column(key="receiver", title=_("Receiver"), value=lambda row: row.message.receiver, shown=False),
        spans=spans,
        filters=(
            Filter(
                key="class",
                title=_("Class"),
                every=_("Every class"),
                kind="return",
                choices=lambda: ("good", "now", "ours"),
                apply=_with_class,
            ),
            Filter(
                key="meaning",
                title=_("Meaning"),
                every=_("Every meaning"),
                kind="meaning",
                choices=lambda: meanings,
                apply=lambda rows, value: rows.annotate(meaning=BounceMeaning("facts")).filter(meaning=value),
            ),
        ),
    )


def list_complaints(*, spans: Sequence[Labelled]) -> Listing:
    """Return the listing of complaints."""
    return _event_listing(
        "returns-complaints",
        Column(key="receiver", title=_("Receiver"), value=lambda row: row.message.receiver),
        spans=spans,
    )


def list_absences(*, spans: Sequence[Labelled]) -> Listing:
    """Return the listing of absence replies."""
    return _event_listing(
        "returns-absences",
        Column(key="until", title=_("Away"), value=lambda row: row.facts.get("until", "")),
        Column(
            key="successor",
            title=_("Named instead"),
            value=lambda row: row.facts.get("successor", ""),
            shape=EMAIL_ADDRESS,
        ),
        Column(key="subject", title=_("Subject"), value=lambda row: row.facts.get("subject", ""), quiet=True),
        spans=spans,
    )
