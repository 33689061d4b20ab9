"""List conversations: new text of each, and the side that has to reply next."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.conversations.listing import CONVERSATIONS
from esmero.conversations.models import Conversation, Entry
from esmero.conversations.queries import conversation_rows
from esmero.conversations.waiting_marks import set_state
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.page_frame import read_brand, show
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.template_tags import quoted

SHOWN = 180
State = Conversation.State


def _draw_sender(row: Conversation) -> SafeString:
    url = reverse("console:conversation", args=[row.pk])
    if row.person is None:
        return format_html('<a href="{}">{}</a>', url, show_address(row.address))
    return format_html(
        '<a href="{}">{}</a><br><span class="soft small">{}</span>', url, row.person, show_address(row.address)
    )


def _draw_latest_text(row: Conversation) -> SafeString:
    latest: str = row.latest_text or ""  # type: ignore[attr-defined]
    said = quoted(Truncator(latest).chars(SHOWN)) if latest else ""
    return format_html('{}<br><span class="soft">{}</span>', row.subject or _("Without a subject"), said)


@requires()
def conversations(request: HttpRequest) -> HttpResponseBase:
    """List the brand's conversations by state; by default those that wait for a reply from staff."""
    brand = read_brand(request)
    asked = request.GET.get("state") or str(State.WAITING_FOR_US)
    return answer_list(
        request,
        "console/list.html",
        listing=CONVERSATIONS,
        drawn={"who": _draw_sender, "words": _draw_latest_text},
        rows=conversation_rows(brand=brand, state=asked if asked in State.values else ""),
        subject="conversations",
        title=_("Conversations"),
        lead=_("What people answered. Each reply also went on to %(mailbox)s.") % {"mailbox": brand.mailbox}
        if brand and brand.mailbox
        else _("What people answered."),
        empty_title=_("Nobody waits for us"),
        empty_text=_("When somebody answers one of your messages, their words stand here until you have answered."),
    )


@requires()
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one conversation."""
    shown = get_object_or_404(Conversation.objects.select_related("person", "brand"), pk=pk)
    entries = list(Entry.objects.filter(conversation=shown).order_by("at", "id"))
    return show(
        request, "console/conversations/conversation.html", subject="conversations", conversation=shown, entries=entries
    )


@require_POST
@requires("conversations.answer")
def mark_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the state of a conversation."""
    shown = get_object_or_404(Conversation, pk=pk)
    if request.POST.get("state") in Conversation.State.values:
        set_state(shown, state=Conversation.State(request.POST["state"]), by=staff(request))
    return redirect("console:conversation", pk=pk)
