"""List each bounce, complaint and absence reply with its message and the mail that reported it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esmero.lists.listing import Listing
from esmero.mailroom.arriving.listing import list_absences, list_bounces, list_complaints, relay_text
from esmero.mailroom.arriving.queries import event_rows
from esmero.outbox.models import RETURN_KINDS, MessageEvent
from esmero.web.console.access import requires
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.reports.period import DEFAULT_DAYS, SPANS, read_period
from esmero.web.labels.returns import LETTER_RETURN, MEANING, describe_absence_end, label_meaning
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.tables import DrawCell

_SPANS = [(str(days), words) for days, words in SPANS.items()]


def _draw_person(event: MessageEvent) -> str | SafeString:
    """Show the person with the address below; without a known person, the address alone."""
    person, address = event.message.person, show_address(event.message.address)
    if person is None:
        return address
    link = format_html('<a href="{}">{}</a>', reverse("console:person", args=[person.pk]), person)
    return format_html('{}<br><span class="soft small">{}</span>', link, address)


def _draw_links(event: MessageEvent) -> SafeString:
    doors = [(reverse("console:message", args=[event.message_id]), _("Message"))]
    if event.facts.get("inbound"):
        doors.append((reverse("console:arrival", args=[event.facts["inbound"]]), _("Mail")))
    links = [format_html('<a href="{}">{}</a>', url, words) for url, words in doors]
    return format_html('<span class="keep">{}</span>', format_html_join(" · ", "{}", ((link,) for link in links)))


def _draw_meaning(event: MessageEvent) -> SafeString:
    """Show the meaning of the bounce, with the relay's text below."""
    letter = event.facts.get("letter", "")
    meaning = LETTER_RETURN.get(letter, "") if letter else label_meaning(event.facts.get("meaning", ""))
    return format_html('{}<br><span class="soft small wrap">{}</span>', meaning, relay_text(event))


_DRAWN: Mapping[str, DrawCell] = {"person": _draw_person, "mail": _draw_links}
_DRAWN_RETURNS = {**_DRAWN, "meaning": _draw_meaning}
_DRAWN_ABSENCES = {**_DRAWN, "until": lambda event: describe_absence_end(event.facts) or _("no day named")}
RETURNS = list_bounces(spans=_SPANS, meanings=list(MEANING))
COMPLAINTS = list_complaints(spans=_SPANS)
ABSENCES = list_absences(spans=_SPANS)


@requires()
def list_returns(request: HttpRequest) -> HttpResponseBase:
    """List the bounces."""
    return _answer(
        request,
        listing=RETURNS,
        drawn=_DRAWN_RETURNS,
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
        kinds=(MessageEvent.Kind.COMPLAINED,),
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
        drawn=_DRAWN_ABSENCES,
        kinds=(MessageEvent.Kind.ABSENT,),
        title=_("Absences"),
        lead=_(
            "Machines that answered for people who are away or have left. Whom they name instead is a proposal: ask"
            " before you write there."
        ),
        empty=_("Nobody was away in this time."),
    )


def _answer(
    request: HttpRequest,
    *,
    listing: Listing,
    kinds: Sequence[str],
    empty: str,
    drawn: Mapping[str, DrawCell] = _DRAWN,
    **words: Any,
) -> HttpResponseBase:
    period = read_period(request)
    asked = request.GET.get("since", "")
    days = int(asked) if asked in {value for value, _words in _SPANS} else DEFAULT_DAYS
    rows = event_rows(brand=period.brand, kinds=kinds, since=timezone.now() - timedelta(days=days))
    return answer_list(
        request,
        "console/returns/list.html",
        listing=listing,
        rows=rows,
        drawn=drawn,
        subject="returns",
        view=listing.page,
        empty_title=empty,
        empty_text=_("Choose a longer time to see what was before."),
        **words,
    )
