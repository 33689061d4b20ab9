"""Decide address proposals from automatic replies: accept or reject, one by one or many.

A decision alone never sends a message to the proposed address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.asks.models import Form
from esmero.asks.sign_up_forms import form_url
from esmero.house.roles import may
from esmero.lists.filters import Rows
from esmero.people.addresses.address_proposals import ProposalDecided, accept, proposal_rows, refuse
from esmero.people.addresses.listing import PROPOSALS, proposals_in_state
from esmero.people.models import Proposal
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import BulkAct, ListView, act_view, list_view
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.template_tags import quoted, state
from esmero.web.parts.row_ids import read_row_id

MOST = 500
MAX_UNDO = 50  # decisions that a toast can undo
SHOWN = 240  # characters shown of the mail's text
FORMS = 5


def evidence_link(row: Proposal) -> SafeString | str:
    """Return a link to the mail that named the address."""
    kind, _space, number = row.evidence.partition(" ")
    if kind != "inbound" or not number.isdecimal():
        return row.evidence
    return format_html('<a href="{}">{}</a>', reverse("console:arrival", args=[int(number)]), _("The mail"))


def _draw_person(row: Proposal) -> SafeString:
    link = format_html('<a href="{}">{}</a>', reverse("console:person", args=[row.person_id]), row.person)
    organisation = row.person.organisation
    return format_html('{}<br><span class="soft small">{}</span>', link, organisation.name) if organisation else link


def _draw_address(row: Proposal) -> str | SafeString:
    shown = show_address(row.address)
    known = row.became_id or row.known  # type: ignore[attr-defined]
    if known is None or known == row.person_id:
        return shown
    url = reverse("console:person", args=[known])
    return format_html('{}<br><a class="small" href="{}">{}</a>', shown, url, _("known already"))


def _draw_words(row: Proposal) -> SafeString:
    said = quoted(Truncator(row.words).chars(SHOWN)) if row.words else ""
    return format_html("{}<br>{} {}", state("proposal-kind", row.kind), said, evidence_link(row))


def _draw_buttons(row: Proposal) -> SafeString | str:
    if row.state != Proposal.State.OPEN:
        return _("by %(name)s") % {"name": row.decided_by}
    button = (
        '<button class="btn" data-size="sm" data-variant="{}" form="picks" name="one" value="{}-{}">{}'
        '<span class="sr-only"> {}</span></button>'
    )
    return format_html(
        '<span class="buttons">{}{}</span>',
        format_html(button, "outline", "accept", row.pk, _("Take over"), row.address),
        format_html(button, "word", "refuse", row.pk, _("Leave out"), row.address),
    )


def _read(request: HttpRequest) -> Rows:
    return proposals_in_state(request.GET.get("state", ""))


def _describe_page(_request: HttpRequest) -> Mapping[str, Any]:
    return {"view": "proposals", "forms": [(form, form_url(form)) for form in _open_forms()]}


def _decide_picked(act: str) -> Callable[[HttpRequest, Rows, str], None]:
    return lambda request, rows, _value: _decide_all(request, list(rows.order_by("id")[:MOST]), act=act)


@requires()
def proposals(request: HttpRequest) -> HttpResponseBase:
    """List the open proposals, or those decided; who decides sees the buttons."""
    return (_decide_page if may(staff(request), "people.change") else _read_page)(request)


@require_POST
@requires("people.change")
def act_on_proposals(request: HttpRequest) -> HttpResponseBase:
    """Accept or reject one proposal (`one` is action and id), or the ticked ones."""
    act, _dash, number = request.POST.get("one", "").partition("-")
    if not number.isdecimal():
        return _act_on_picked(request)
    if act in {"accept", "refuse"}:
        _decide_all(request, list(proposal_rows().filter(pk=read_row_id(number))), act=act)
    return _back(request)


def _decide_all(request: HttpRequest, rows: Sequence[Proposal], *, act: str) -> None:
    """Decide on proposals, and offer to take it back."""
    done = [told for row in rows if (told := _decide(request, row, act=act)) is not None]
    if not done:
        messages.info(request, _("Somebody decided on this before."))
        return
    words = _say_done(act, number=len(done))
    # The undo ticket lists every decision, and a longer list does not fit.
    if len(done) <= MAX_UNDO:
        offer_undo(request, words, kind="proposals-decided", decided=[list(one) for one in done])
    else:
        messages.success(request, words)


def _decide(request: HttpRequest, row: Proposal, *, act: str) -> tuple[int, int | None] | None:
    try:
        if act == "accept":
            return row.pk, accept(row, by=staff(request)).made
        refuse(row, by=staff(request))
    except ProposalDecided:
        return None
    return row.pk, None


def _say_done(act: str, *, number: int) -> str:
    if act == "accept":
        words = ngettext(
            "%(number)d address is taken over. Nothing goes there until its owner says yes.",
            "%(number)d addresses are taken over. Nothing goes there until their owners say yes.",
            number,
        )
    else:
        words = ngettext(
            "%(number)d address is left out, and not proposed again.",
            "%(number)d addresses are left out, and not proposed again.",
            number,
        )
    return fill(words, number=number)


def _open_forms() -> list[Form]:
    return list(Form.objects.filter(state=Form.State.OPEN).select_related("brand").order_by("name")[:FORMS])


def _back(request: HttpRequest) -> HttpResponse:
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(there if safe else "console:proposals")


_VIEW = ListView(
    listing=PROPOSALS,
    rows=_read,
    subject="returns",
    template="console/returns/proposals.html",
    facts=_describe_page,
    title=gettext_lazy("Proposed addresses"),
    lead=gettext_lazy(
        "Automatic answers name another address: of who follows, or a new one of the same person. You decide."
    ),
    drawn={
        "person": _draw_person,
        "address": _draw_address,
        "words": _draw_words,
        "decide": _draw_buttons,
        "mail": evidence_link,
    },
    empty=(
        gettext_lazy("Nothing to decide"),
        gettext_lazy("When an automatic answer says who follows, or where somebody reads now, it stands here."),
    ),
    acts_address="proposals-act",
    acts=(
        BulkAct(
            value="accept", title=gettext_lazy("Take over"), permission="people.change", run=_decide_picked("accept")
        ),
        BulkAct(
            value="refuse", title=gettext_lazy("Leave out"), permission="people.change", run=_decide_picked("refuse")
        ),
    ),
)
_READS = replace(PROPOSALS, columns=tuple(column for column in PROPOSALS.columns if column.key != "decide"))
_decide_page, _read_page = list_view(_VIEW), list_view(replace(_VIEW, listing=_READS))
_act_on_picked = act_view(_VIEW)
