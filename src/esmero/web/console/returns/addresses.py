"""List addresses in trouble: failing ones with the limits ahead, suppressed ones with reasons; lift by hand."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.mailroom.sending.manual_retry import try_addresses_again
from esmero.people.addresses.address_status import bounces_until_suppressed
from esmero.people.addresses.suppression_lifting import MOST, lift_for_addresses
from esmero.people.models import Address, Person
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.rates import fill, format_number
from esmero.web.parts.components.tables import BulkAct, Filter, Listing, Rows, TableColumn, pick_rows
from esmero.web.parts.components.template_tags import state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.states import ADDRESS_STATUS, MEANING, label_meaning

MAX_UNDO = 100  # suppressions that a toast can restore


def address_rows() -> Rows:
    """Return the failing and suppressed addresses, each with a person who uses it."""
    owner = Person.objects.filter(address=OuterRef("pk"), state=Person.State.ACTIVE).order_by("id")
    rows = Address.objects.filter(standing__in=(Address.Standing.FAILING, Address.Standing.SUPPRESSED))
    return rows.annotate(owner=Subquery(owner.values("id")[:1]))


def _address(row: Any) -> str | SafeString:
    if row.owner is None:
        return str(row.value)
    return format_html('<a href="{}">{}</a>', reverse("console:person", args=[row.owner]), show_address(row.value))


def _next(row: Address) -> str:
    if row.standing == Address.Standing.SUPPRESSED:
        return _("Nothing goes there any more.")
    more = bounces_until_suppressed(row)
    if more is None:
        return _("Mail is tried on; trouble that passes never silences by itself.")
    return ngettext(
        "%(number)d more return of this kind silences it.", "%(number)d more returns of this kind silence it.", more
    ) % {"number": more}


ADDRESSES = Listing(
    page="returns-addresses",
    order="standing",
    personal=True,
    search=lambda rows, text: rows.filter(value__startswith=text.lower()),
    search_title=gettext_lazy("Address"),
    columns=(
        TableColumn(
            key="address", title=gettext_lazy("Address"), cell=_address, plain=lambda row: row.value, head=True
        ),
        TableColumn(
            key="standing",
            title=gettext_lazy("Standing"),
            cell=lambda row: state("standing", row.standing),
            order=("standing", "id"),
        ),
        TableColumn(
            key="reason",
            title=gettext_lazy("Meaning"),
            cell=lambda row: label_meaning(row.reason) if row.reason else "",
        ),
        TableColumn(
            key="since",
            title=gettext_lazy("Since"),
            cell=lambda row: format_time(row.since, "short"),
            plain=lambda row: row.since.isoformat() if row.since else "",
            quiet=True,
        ),
        TableColumn(
            key="returns",
            title=gettext_lazy("Returns"),
            cell=lambda row: format_number(row.permanent_returns + row.temporary_returns),
            numeric=True,
            label=gettext_lazy("returns"),
        ),
        TableColumn(key="next", title=gettext_lazy("What comes next"), cell=_next, quiet=True),
        TableColumn(key="domain", title=gettext_lazy("Domain"), cell=lambda row: row.domain, quiet=True, shown=False),
    ),
    filters=(
        Filter(
            key="standing",
            title=gettext_lazy("Standing"),
            every=gettext_lazy("Failing and silenced"),
            choices=lambda: [(value, word.text) for value, word in ADDRESS_STATUS.items() if value != "ok"],
            apply=lambda rows, value: rows.filter(standing=value),
        ),
        Filter(
            key="reason",
            title=gettext_lazy("Meaning"),
            every=gettext_lazy("Every meaning"),
            choices=lambda: [*MEANING.items()],
            apply=lambda rows, value: rows.filter(reason=value),
        ),
    ),
    acts=(
        BulkAct(
            value="lift",
            title=gettext_lazy("Lift the silence"),
            permission="returns.lift",
            ask=gettext_lazy("Reason, for the audit log"),
        ),
        BulkAct(value="again", title=gettext_lazy("Try what waits now"), permission="returns.lift"),
    ),
)


@requires()
def addresses(request: HttpRequest) -> HttpResponseBase:
    """List the addresses in trouble."""
    return answer_list(
        request,
        "console/returns/list.html",
        listing=ADDRESSES,
        rows=address_rows(),
        subject="returns",
        view=ADDRESSES.page,
        picks_url=reverse("console:returns-addresses-act"),
        title=_("Addresses"),
        lead=_("Addresses of this house, of all brands, to which mail fails, and those that fell silent."),
        empty_title=_("All addresses are good"),
        empty_text=_("When mail to an address returns, it stands here with the reason and what comes next."),
    )


@require_POST
@requires("returns.lift")
def act_on_addresses(request: HttpRequest) -> HttpResponse:
    """Lift suppressions with a reason, or retry now the messages that wait for failing addresses."""
    back = redirect(f"{reverse('console:returns-addresses')}?{request.POST.get('query', '')}")
    rows = list(pick_rows(address_rows(), listing=ADDRESSES, post=request.POST)[:MOST])
    if request.POST.get("act") == "again":
        number = try_addresses_again([row.value for row in rows], by=staff(request))
        words = ngettext("%(number)d message goes again now.", "%(number)d messages go again now.", number)
        messages.success(request, fill(words, number=number) if number else _("Nothing waits for these addresses."))
        return back
    lifted = lift_for_addresses(rows, reason=request.POST.get("lift-value", ""), by=staff(request))
    if not lifted:
        messages.info(request, _("None of these addresses is silent."))
        return back
    words = ngettext(
        "%(number)d address may be written to again.", "%(number)d addresses may be written to again.", len(lifted)
    )
    words = fill(words, number=len(lifted))
    if len(lifted) <= MAX_UNDO:
        offer_undo(request, words, kind="silence-lifted", lifted=[list(one) for one in lifted])
    else:
        messages.success(request, words)
    return back
