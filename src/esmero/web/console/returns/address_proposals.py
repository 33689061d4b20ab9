"""Decide address proposals from automatic replies: accept or reject, one by one or many.

A decision alone never sends a message to the proposed address.
"""

from collections.abc import Sequence

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
from esmero.people.addresses.address_proposals import ProposalDecided, accept, proposal_rows, refuse
from esmero.people.models import Proposal
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.tables import BulkAct, Filter, Listing, Rows, TableColumn, pick_rows
from esmero.web.parts.components.template_tags import quoted, state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.states import PROPOSAL, PROPOSAL_KIND
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


def _person(row: Proposal) -> SafeString:
    link = format_html('<a href="{}">{}</a>', reverse("console:person", args=[row.person_id]), row.person)
    organisation = row.person.organisation
    return format_html('{}<br><span class="soft small">{}</span>', link, organisation.name) if organisation else link


def _address(row: Proposal) -> str | SafeString:
    shown = show_address(row.address)
    known = row.became_id or row.known  # type: ignore[attr-defined]
    if known is None or known == row.person_id:
        return shown
    url = reverse("console:person", args=[known])
    return format_html('{}<br><a class="small" href="{}">{}</a>', shown, url, _("known already"))


def _words(row: Proposal) -> SafeString:
    said = quoted(Truncator(row.words).chars(SHOWN)) if row.words else ""
    return format_html("{}<br>{} {}", state("proposal-kind", row.kind), said, evidence_link(row))


def _buttons(row: Proposal) -> SafeString | str:
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


def _unchanged(rows: Rows, value: str) -> Rows:
    del value  # the view applies it, because the default is open proposals only
    return rows


def _listing(*, decides: bool) -> Listing:
    buttons = TableColumn(key="decide", title=gettext_lazy("Decide"), cell=_buttons, plain=lambda row: row.decided_by)
    return Listing(
        page="proposals",
        order="-found",
        personal=True,
        search=lambda rows, text: rows.filter(address__startswith=text.lower()),
        search_title=gettext_lazy("Proposed address"),
        columns=(
            TableColumn(
                key="person", title=gettext_lazy("Person"), cell=_person, plain=lambda row: str(row.person), head=True
            ),
            TableColumn(
                key="address", title=gettext_lazy("Proposed address"), cell=_address, plain=lambda row: row.address
            ),
            TableColumn(
                key="kind", title=gettext_lazy("Kind"), cell=lambda row: state("proposal-kind", row.kind), shown=False
            ),
            TableColumn(
                key="words",
                title=gettext_lazy("What the mail says"),
                cell=_words,
                plain=lambda row: row.words,
                quiet=True,
            ),
            TableColumn(
                key="state", title=gettext_lazy("State"), cell=lambda row: state("proposal", row.state), shown=False
            ),
            TableColumn(
                key="found",
                title=gettext_lazy("When"),
                cell=lambda row: format_time(row.found_at, "short"),
                plain=lambda row: row.found_at.isoformat(),
                order=("found_at", "id"),
                quiet=True,
            ),
            TableColumn(
                key="mail",
                title=gettext_lazy("Look at"),
                cell=evidence_link,
                plain=lambda row: row.evidence,
                shown=False,
            ),
            *((buttons,) if decides else ()),
        ),
        filters=(
            Filter(
                key="state",
                title=gettext_lazy("State"),
                every=gettext_lazy("To decide"),
                choices=lambda: [(value, word.text) for value, word in PROPOSAL.items() if value != "open"],
                apply=_unchanged,
            ),
            Filter(
                key="kind",
                title=gettext_lazy("What the mail says"),
                every=gettext_lazy("Left or moved"),
                choices=lambda: [(value, word.text) for value, word in PROPOSAL_KIND.items()],
                apply=lambda rows, value: rows.filter(kind=value),
            ),
        ),
        acts=(
            BulkAct(value="accept", title=gettext_lazy("Take over"), permission="people.change"),
            BulkAct(value="refuse", title=gettext_lazy("Leave out"), permission="people.change"),
        ),
    )


DECIDES, READS = _listing(decides=True), _listing(decides=False)


@requires()
def proposals(request: HttpRequest) -> HttpResponseBase:
    """List the open proposals, or those decided."""
    asked = request.GET.get("state", "")
    return answer_list(
        request,
        "console/returns/proposals.html",
        listing=DECIDES if may(staff(request), "people.change") else READS,
        rows=_in_state(asked if asked in PROPOSAL else "open"),
        subject="returns",
        view="proposals",
        picks_url=reverse("console:proposals-act"),
        title=_("Proposed addresses"),
        lead=_("Automatic answers name another address: of who follows, or a new one of the same person. You decide."),
        forms=[(form, form_url(form)) for form in _open_forms()],
        empty_title=_("Nothing to decide"),
        empty_text=_("When an automatic answer says who follows, or where somebody reads now, it stands here."),
    )


@require_POST
@requires("people.change")
def act_on_proposals(request: HttpRequest) -> HttpResponse:
    """Accept or reject one proposal (`one` is action and id), or the ticked ones."""
    act, _dash, number = request.POST.get("one", "").partition("-")
    if number.isdecimal():
        rows: Sequence[Proposal] = list(proposal_rows().filter(pk=read_row_id(number)))
    else:
        act, picked = request.POST.get("act", ""), pick_rows(_in_state("open"), listing=READS, post=request.POST)
        rows = list(picked.order_by("id")[:MOST])
    back = _back(request)
    if act not in {"accept", "refuse"}:
        return back
    done = [told for row in rows if (told := _decide(request, row, act=act)) is not None]
    if not done:
        messages.info(request, _("Somebody decided on this before."))
        return back
    words = _say_done(act, number=len(done))
    # The undo ticket lists every decision, and a longer list does not fit.
    if len(done) <= MAX_UNDO:
        offer_undo(request, words, kind="proposals-decided", decided=[list(one) for one in done])
    else:
        messages.success(request, words)
    return back


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


def _in_state(value: str) -> Rows:
    return proposal_rows().filter(state=value)


def _open_forms() -> list[Form]:
    return list(Form.objects.filter(state=Form.State.OPEN).select_related("brand").order_by("name")[:FORMS])


def _back(request: HttpRequest) -> HttpResponse:
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(there if safe else "console:proposals")
