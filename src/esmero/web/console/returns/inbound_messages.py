"""List inbound mails with classification, reasons and related message; show one with its source."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.campaigns.models import Campaign
from esmero.intake.classify import Classification, classify
from esmero.mailroom.arriving.arrival import BY_ADDRESS
from esmero.mailroom.arriving.listing import ARRIVALS
from esmero.mailroom.arriving.queries import arrival_rows
from esmero.mailroom.models import Inbound
from esmero.mailroom.sending.manual_retry import read_again
from esmero.vault.files import FileTampered, read
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import show
from esmero.web.labels.returns import describe_sign

SHOWN = 200_000  # octets of a mail that are shown
MAX_CLASSIFIED_OCTETS = 2_000_000  # octets up to which a mail is classified again for its page


def _draw_message(row: Inbound) -> str | SafeString:
    if row.message is None:
        return format_html('<span class="faint">{}</span>', _("no message of ours"))
    person = row.message.person
    words = str(person) if person else row.message.address
    return format_html('<a href="{}">{}</a>', reverse("console:message", args=[row.message.pk]), words)


def _describe_signs(row: Inbound) -> str:
    return "; ".join(describe_sign(str(sign)) for sign in row.why[:3])


# The mails of all brands, because some belong to none.
arrivals = list_view(
    ListView(
        listing=ARRIVALS,
        rows=lambda _request: arrival_rows(),
        subject="returns",
        template="console/returns/list.html",
        facts=lambda _request: {"view": ARRIVALS.page},
        title=gettext_lazy("Mail that arrived"),
        lead=gettext_lazy("Every mail that came in, what it was taken for, and why. The bytes stay as they came."),
        drawn={"of": _draw_message, "why": _describe_signs},
        empty=(
            gettext_lazy("No mail has arrived"),
            gettext_lazy("Returns and replies arrive at the brand’s return domain; doctor says whether it is reached."),
        ),
    )
)


def _describe_channel(code: str) -> str:
    """Describe the channel of a mail: "smtp", "imap:returns", "hook:PROVIDER"."""
    name, _colon, detail = code.partition(":")
    words = {
        "smtp": "SMTP", "lmtp": "LMTP", "imap": _("mailbox"), "hook": _("report of the service"), "file": _("file"),
    }  # fmt: skip
    said = words.get(name, name)
    return f"{said} · {detail}" if detail else said


@requires()
def arrival(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail: classification with its signs, reported events, and its source as text."""
    shown = get_object_or_404(
        Inbound.objects.select_related("raw", "message__person", "message__dispatch__brand"), pk=pk
    )
    raw = _read(shown)
    campaign = Campaign.objects.filter(dispatch=shown.message.dispatch_id).first() if shown.message else None
    verdict = _verdict(shown, raw)
    return show(
        request,
        "console/returns/arrival.html",
        subject="returns",
        arrival=shown,
        kind=shown.kind if shown.state == Inbound.State.DONE else shown.state,
        signs=[(describe_sign(str(sign)), sign) for sign in shown.why],
        verdict=verdict,
        title=verdict.subject if verdict and verdict.subject else _("A mail without subject"),
        campaign=campaign,
        by_address=BY_ADDRESS in shown.why,
        door=_describe_channel(shown.door),
        text=raw[:SHOWN].decode("utf-8", "replace").replace("\x00", "\ufffd") if raw is not None else None,
        cut=raw is not None and len(raw) > SHOWN,
    )


@require_POST
@requires("work.retry")
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a failed mail for another attempt."""
    if read_again(get_object_or_404(Inbound, pk=pk), by=staff(request)):
        messages.success(request, _("It is read again within a second or two."))
    else:
        messages.info(request, _("This mail was dealt with already."))
    return redirect("console:arrival", pk=pk)


def _read(shown: Inbound) -> bytes | None:
    try:
        return read(shown.raw)
    except (OSError, FileTampered):
        return None


def _verdict(shown: Inbound, raw: bytes | None) -> Classification | None:
    """Classify the mail again for display, without effects; None for very large mails."""
    if raw is None or len(raw) > MAX_CLASSIFIED_OCTETS:
        return None
    return classify(raw, today=timezone.localtime(shown.received_at).date())
