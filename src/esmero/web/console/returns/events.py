"""List each bounce, complaint and absence reply with its message and the mail that reported it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.dossier.statistics.day_counts import bounce_class
from esmero.intake.bounces.meaning import SENDER_FAULTS
from esmero.mailroom.arriving.queries import event_rows
from esmero.outbox.bounce_meaning import BounceMeaning
from esmero.outbox.models import RETURN_KINDS, MessageEvent
from esmero.outbox.queries import filter_address_prefix
from esmero.web.console.access import requires
from esmero.web.console.list_pages import answer_list
from esmero.web.console.reports.period import DEFAULT_DAYS, SPANS, read_period
from esmero.web.parts.absence_labels import describe_absence_end
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.tables import Choice, Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.states import LETTER_RETURN, MEANING, RETURN_CLASS, label_meaning

Kind = MessageEvent.Kind
SEARCHED_EVENTS = 5_000  # latest events of the period searched by text, which has no index; addresses have one
_OURS = tuple(meaning.value for meaning in SENDER_FAULTS)


def _person(event: MessageEvent) -> str | SafeString:
    """Show the person with the address below; without a known person, the address alone."""
    person, address = event.message.person, show_address(event.message.address)
    if person is None:
        return address
    link = format_html('<a href="{}">{}</a>', reverse("console:person", args=[person.pk]), person)
    return format_html('{}<br><span class="soft small">{}</span>', link, address)


def _mail(event: MessageEvent) -> SafeString:
    doors = [(reverse("console:message", args=[event.message_id]), _("Message"))]
    if event.facts.get("inbound"):
        doors.append((reverse("console:arrival", args=[event.facts["inbound"]]), _("Mail")))
    links = [format_html('<a href="{}">{}</a>', url, words) for url, words in doors]
    return format_html('<span class="keep">{}</span>', format_html_join(" · ", "{}", ((link,) for link in links)))


def _class(event: MessageEvent) -> SafeString:
    return state("return", bounce_class(event.kind, event.facts.get("meaning", "")))


def _words(event: MessageEvent) -> str:
    status, text = (str(event.facts.get(key) or "") for key in ("status", "text"))
    return (text if status in text else f"{status} {text}".strip())[:300]


def _meaning(event: MessageEvent) -> SafeString:
    """Show the meaning of the bounce, with the relay's text below."""
    letter = event.facts.get("letter", "")
    meaning = LETTER_RETURN.get(letter, "") if letter else label_meaning(event.facts.get("meaning", ""))
    return format_html('{}<br><span class="soft small wrap">{}</span>', meaning, _words(event))


def _find(rows: Rows, text: str) -> Rows:
    """Find by prefix of the address; in the latest bounces also by mailbox provider or text."""
    text = text.strip()
    latest = rows.select_related(None).order_by("-at", "-id").values("pk")[:SEARCHED_EVENTS]
    said = Q(message__receiver__iexact=text) | Q(facts__text__icontains=text)
    found = list(MessageEvent.objects.filter(said, pk__in=latest).values_list("pk", flat=True))
    return rows.filter(filter_address_prefix(text.lower()) | Q(pk__in=found))


def _with_class(rows: Rows, value: str) -> Rows:
    rows = rows.annotate(meaning=BounceMeaning("facts"))
    if value == "ours":
        return rows.filter(Q(kind=Kind.OUR_FAULT) | Q(meaning__in=_OURS))
    good = (Kind.HARD_BOUNCE, Kind.REFUSED)
    others = (Kind.OUR_FAULT, *(good if value == "now" else (Kind.SOFT_BOUNCE,)))
    # Exclude the other classes instead of listing these, so that the planner keeps the index in order of time.
    return rows.exclude(kind__in=others).filter(Q(meaning=None) | ~Q(meaning__in=_OURS))


def _since() -> Sequence[Choice]:
    return [(str(days), words) for days, words in SPANS.items()]


def _unchanged(rows: Rows, value: str) -> Rows:
    del value  # the view applies the period before the list is built, because it bounds the scan
    return rows


_WHEN = TableColumn(
    key="at",
    title=gettext_lazy("When"),
    cell=lambda event: format_time(event.at, "short time"),
    plain=lambda event: event.at.isoformat(),
    order=("at", "id"),
    quiet=True,
)
_WHO = TableColumn(
    key="person",
    title=gettext_lazy("Person"),
    cell=_person,
    plain=lambda event: str(event.message.person or ""),
    head=True,
)
_ADDRESS = TableColumn(
    key="address",
    title=gettext_lazy("Address"),
    cell=lambda event: show_address(event.message.address),
    plain=lambda event: event.message.address,
    shown=False,
)
_LINKS = TableColumn(key="mail", title=gettext_lazy("Look at"), cell=_mail, plain=lambda event: event.message_id)
_SINCE = Filter(
    key="since", title=gettext_lazy("Period"), every=gettext_lazy("30 days"), choices=_since, apply=_unchanged
)


def _listing(page: str, *columns: TableColumn, filters: tuple[Filter, ...] = ()) -> Listing:
    return Listing(
        page=page,
        order="-at",
        personal=True,
        search=_find,
        search_title=gettext_lazy("Address; receiver or words of the latest 5,000"),
        columns=(_WHO, _ADDRESS, *columns, _WHEN, _LINKS),
        filters=(*filters, _SINCE),
    )


RETURNS = _listing(
    "returns-each",
    TableColumn(key="class", title=gettext_lazy("Class"), cell=_class),
    TableColumn(
        key="meaning",
        title=gettext_lazy("Meaning"),
        cell=_meaning,
        plain=lambda event: label_meaning(event.facts.get("meaning", "")),
    ),
    TableColumn(key="words", title=gettext_lazy("What the relay said"), cell=_words, quiet=True, shown=False),
    TableColumn(key="receiver", title=gettext_lazy("Receiver"), cell=lambda event: event.message.receiver, shown=False),
    filters=(
        Filter(
            key="class",
            title=gettext_lazy("Class"),
            every=gettext_lazy("Every class"),
            choices=lambda: [(value, word.text) for value, word in RETURN_CLASS.items()],
            apply=_with_class,
        ),
        Filter(
            key="meaning",
            title=gettext_lazy("Meaning"),
            every=gettext_lazy("Every meaning"),
            choices=lambda: [*MEANING.items()],
            apply=lambda rows, value: rows.annotate(meaning=BounceMeaning("facts")).filter(meaning=value),
        ),
    ),
)
COMPLAINTS = _listing(
    "returns-complaints",
    TableColumn(key="receiver", title=gettext_lazy("Receiver"), cell=lambda event: event.message.receiver),
)
ABSENCES = _listing(
    "returns-absences",
    TableColumn(
        key="until",
        title=gettext_lazy("Away"),
        cell=lambda event: describe_absence_end(event.facts) or _("no day named"),
    ),
    TableColumn(
        key="successor",
        title=gettext_lazy("Named instead"),
        cell=lambda event: show_address(event.facts.get("successor", "")),
        plain=lambda event: event.facts.get("successor", ""),
    ),
    TableColumn(
        key="subject", title=gettext_lazy("Subject"), cell=lambda event: event.facts.get("subject", ""), quiet=True
    ),
)


@requires()
def list_returns(request: HttpRequest) -> HttpResponseBase:
    """List the bounces."""
    return _answer(
        request,
        listing=RETURNS,
        kinds=RETURN_KINDS,
        title=_("Each return"),
        lead=_("Every message that came back, and what the other side said."),
        empty=_("Nothing came back in this time."),
    )


@requires()
def complaints(request: HttpRequest) -> HttpResponseBase:
    """List the complaints."""
    return _answer(
        request,
        listing=COMPLAINTS,
        kinds=(Kind.COMPLAINED,),
        title=_("Complaints"),
        lead=_(
            "Who pressed “this is unwanted”. They get no advertising of this brand any more; nobody needs to do"
            " anything."
        ),
        empty=_("Nobody complained in this time."),
    )


@requires()
def absences(request: HttpRequest) -> HttpResponseBase:
    """List the absence replies."""
    return _answer(
        request,
        listing=ABSENCES,
        kinds=(Kind.ABSENT,),
        title=_("Absences"),
        lead=_(
            "Machines that answered for people who are away or have left. Whom they name instead is a proposal: ask"
            " before you write there."
        ),
        empty=_("Nobody was away in this time."),
    )


def _answer(
    request: HttpRequest, *, listing: Listing, kinds: Sequence[str], empty: str, **words: Any
) -> HttpResponseBase:
    period = read_period(request)
    if period is None:
        return redirect("console:today")
    asked = request.GET.get("since", "")
    days = int(asked) if asked in {value for value, _words in _since()} else DEFAULT_DAYS
    rows = event_rows(brand=period.brand, kinds=kinds, since=timezone.now() - timedelta(days=days))
    return answer_list(
        request,
        "console/returns/list.html",
        listing=listing,
        rows=rows,
        subject="returns",
        view=listing.page,
        empty_title=empty,
        empty_text=_("Choose a longer time to see what was before."),
        **words,
    )
