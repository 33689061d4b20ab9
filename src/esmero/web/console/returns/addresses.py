"""List addresses in trouble: failing ones with the limits ahead, suppressed ones with reasons; lift by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from esmero.lists.filters import Rows
from esmero.mailroom.sending.manual_retry import try_addresses_again
from esmero.people.addresses.address_status import bounces_until_suppressed
from esmero.people.addresses.listing import list_addresses, troubled_addresses
from esmero.people.addresses.suppression_lifting import MOST, lift_for_addresses
from esmero.people.models import Address
from esmero.web.console.access import staff
from esmero.web.console.generic_pages.list_pages import BulkAct, ListView, act_view, list_view
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.tables import draw_link
from esmero.web.parts.labels.states import MEANING

MAX_UNDO = 100  # suppressions that a toast can restore


def _draw_address(row: Any) -> str | SafeString:
    return draw_link("person", row.owner, show_address(row.value)) if row.owner else str(row.value)


def _describe_next(row: Address) -> str:
    if row.standing == Address.Standing.SUPPRESSED:
        return _("Nothing goes there any more.")
    more = bounces_until_suppressed(row)
    if more is None:
        return _("Mail is tried on; trouble that passes never silences by itself.")
    return ngettext(
        "%(number)d more return of this kind silences it.", "%(number)d more returns of this kind silence it.", more
    ) % {"number": more}


def _lift(request: HttpRequest, rows: Rows, reason: str) -> None:
    lifted = lift_for_addresses(list(rows[:MOST]), reason=reason, by=staff(request))
    if not lifted:
        messages.info(request, _("None of these addresses is silent."))
        return
    words = ngettext(
        "%(number)d address may be written to again.", "%(number)d addresses may be written to again.", len(lifted)
    )
    words = fill(words, number=len(lifted))
    if len(lifted) <= MAX_UNDO:
        offer_undo(request, words, kind="silence-lifted", lifted=[list(one) for one in lifted])
    else:
        messages.success(request, words)


def _try_again(request: HttpRequest, rows: Rows, _value: str) -> None:
    number = try_addresses_again([row.value for row in rows[:MOST]], by=staff(request))
    words = ngettext("%(number)d message goes again now.", "%(number)d messages go again now.", number)
    messages.success(request, fill(words, number=number) if number else _("Nothing waits for these addresses."))


ADDRESSES = list_addresses(list(MEANING))
VIEW = ListView(
    listing=ADDRESSES,
    rows=lambda _request: troubled_addresses(),
    subject="returns",
    template="console/returns/list.html",
    facts=lambda _request: {"view": ADDRESSES.page},
    title=gettext_lazy("Addresses"),
    lead=gettext_lazy("Addresses of this house, of all brands, to which mail fails, and those that fell silent."),
    drawn={"address": _draw_address, "next": _describe_next},
    empty=(
        gettext_lazy("All addresses are good"),
        gettext_lazy("When mail to an address returns, it stands here with the reason and what comes next."),
    ),
    acts_address="returns-addresses-act",
    acts=(
        BulkAct(
            value="lift",
            title=gettext_lazy("Lift the silence"),
            permission="returns.lift",
            run=_lift,
            ask=gettext_lazy("Reason, for the audit log"),
        ),
        BulkAct(value="again", title=gettext_lazy("Try what waits now"), permission="returns.lift", run=_try_again),
    ),
)
addresses = list_view(VIEW)
act_on_addresses = act_view(VIEW)
