"""List inbound mails with classification, reasons and related message; show one with its source."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.campaigns.models import Campaign
from esmero.intake.classify import Classification, InboundKind, classify
from esmero.mailroom.arriving.arrival import BY_ADDRESS
from esmero.mailroom.arriving.queries import arrival_rows, unmatched
from esmero.mailroom.models import Inbound
from esmero.mailroom.sending.manual_retry import read_again
from esmero.outbox.queries import filter_address_prefix
from esmero.vault.files import FileTampered, read
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import show
from esmero.web.parts.components.tables import Choice, Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.states import ARRIVAL, describe_sign
from esmero.work.query_plan.selective import MOST

SHOWN = 200_000  # octets of a mail that are shown
SEARCHED_MAILS = 10_000  # latest mails searched by envelope, which has no index
MAX_CLASSIFIED_OCTETS = 2_000_000  # octets up to which a mail is classified again for its page


def _from(row: Inbound) -> SafeString:
    words = row.envelope_from or _("nobody (a machine)")
    return format_html('<a href="{}">{}</a>', reverse("console:arrival", args=[row.pk]), words)


def _of(row: Inbound) -> str | SafeString:
    if row.message is None:
        return format_html('<span class="faint">{}</span>', _("no message of ours"))
    person = row.message.person
    words = str(person) if person else row.message.address
    return format_html('<a href="{}">{}</a>', reverse("console:message", args=[row.message.pk]), words)


def _why(row: Inbound) -> str:
    return "; ".join(describe_sign(str(sign)) for sign in row.why[:3])


def _kinds() -> Sequence[Choice]:
    return [(kind.value, ARRIVAL[kind.value].text) for kind in InboundKind]


def _with_look(rows: Rows, value: str) -> Rows:
    if value == "untied":
        return unmatched(rows)
    if value == "unread":
        return rows.filter(state=Inbound.State.FAILED)
    return rows.filter(Q(kind=InboundKind.OTHER.value) | Q(kind=InboundKind.CHALLENGE.value))


def _find(rows: Rows, text: str) -> Rows:
    """Find by address of the message replied to, and in the latest mails by envelope."""
    latest = Inbound.objects.order_by("-id").values("pk")[:SEARCHED_MAILS]
    begins = Q(envelope_from__istartswith=text) | Q(envelope_to__istartswith=text)
    found = list(Inbound.objects.filter(begins, pk__in=latest).values_list("pk", flat=True)[:MOST])
    return rows.filter(Q(pk__in=found) | filter_address_prefix(text.lower()))


ARRIVALS = Listing(
    page="returns-mail",
    order="-at",
    personal=True,
    search=_find,
    search_title=gettext_lazy("Address of ours; sender or recipient of the latest 10,000"),
    columns=(
        TableColumn(key="from", title=gettext_lazy("From"), cell=_from, plain=lambda row: row.envelope_from, head=True),
        TableColumn(
            key="kind",
            title=gettext_lazy("Taken for"),
            cell=lambda row: state("arrival", row.kind if row.state == Inbound.State.DONE else row.state),
        ),
        TableColumn(key="of", title=gettext_lazy("Belongs to"), cell=_of),
        TableColumn(key="why", title=gettext_lazy("Reason"), cell=_why, quiet=True),
        TableColumn(key="to", title=gettext_lazy("Came to"), cell=lambda row: row.envelope_to, quiet=True, shown=False),
        TableColumn(
            key="at",
            title=gettext_lazy("Arrived"),
            cell=lambda row: format_time(row.received_at, "short time"),
            plain=lambda row: row.received_at.isoformat(),
            order=("received_at", "id"),
            quiet=True,
        ),
    ),
    filters=(
        Filter(
            key="kind",
            title=gettext_lazy("Taken for"),
            every=gettext_lazy("Every kind"),
            choices=_kinds,
            apply=lambda rows, value: rows.filter(kind=value),
        ),
        Filter(
            key="look",
            title=gettext_lazy("What is open"),
            every=gettext_lazy("Tied or not"),
            choices=lambda: [
                ("untied", _("belongs to no message")),
                ("unclear", _("of no clear kind")),
                ("unread", _("could not be read")),
            ],
            apply=_with_look,
        ),
    ),
)


@requires()
def arrivals(request: HttpRequest) -> HttpResponseBase:
    """List the inbound mails of all brands, because some belong to none."""
    return answer_list(
        request,
        "console/returns/list.html",
        listing=ARRIVALS,
        rows=arrival_rows(),
        subject="returns",
        view=ARRIVALS.page,
        title=_("Mail that arrived"),
        lead=_("Every mail that came in, what it was taken for, and why. The bytes stay as they came."),
        empty_title=_("No mail has arrived"),
        empty_text=_("Returns and replies arrive at the brand’s return domain; doctor says whether it is reached."),
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
    return show(
        request,
        "console/returns/arrival.html",
        subject="returns",
        arrival=shown,
        kind=shown.kind if shown.state == Inbound.State.DONE else shown.state,
        signs=[(describe_sign(str(sign)), sign) for sign in shown.why],
        verdict=_verdict(shown, raw),
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
