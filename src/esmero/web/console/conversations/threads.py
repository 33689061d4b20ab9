"""Conversations: what people wrote, with what was new in it first, and who has the next word."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from esmero.conversations.marks import mark
from esmero.conversations.models import Conversation, Entry
from esmero.conversations.queries import list_conversations
from esmero.web.console.access import requires, staff
from esmero.web.console.page import read_brand, show
from esmero.web.parts.paging import cut_page, read_key

PAGE = 30


@requires()
def conversations(request: HttpRequest) -> HttpResponse:
    """Show a page of the brand's conversations, by who has the next word."""
    brand = read_brand(request)
    state = request.GET.get("state", Conversation.State.WAITING_FOR_US)
    before = _read_before(request.GET.get("after"))
    chosen = state if state in Conversation.State.values else ""
    rows = list_conversations(brand=brand, state=chosen, before=before, limit=PAGE + 1) if brand else []
    page = cut_page(rows, size=PAGE, key=lambda one: (one.last_at.isoformat(), one.pk))
    return show(request, "console/conversations/conversations.html", subject="conversations", page=page, state=chosen)


@requires()
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one thread."""
    shown = get_object_or_404(Conversation.objects.select_related("person", "brand"), pk=pk)
    entries = list(Entry.objects.filter(conversation=shown).order_by("at", "id"))
    return show(
        request, "console/conversations/conversation.html", subject="conversations", conversation=shown, entries=entries
    )


@require_POST
@requires("conversations.answer")
def mark_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """Store who has the next word."""
    shown = get_object_or_404(Conversation, pk=pk)
    if request.POST.get("state") in Conversation.State.values:
        mark(shown, state=Conversation.State(request.POST["state"]), by=staff(request))
    return redirect("console:conversation", pk=pk)


def _read_before(after: str | None) -> tuple[datetime, int] | None:
    """Read the time and id after which the page starts; None for the first page and for what is no such key."""
    key = read_key(after, kinds=(str, int))
    try:
        return (datetime.fromisoformat(str(key[0])), int(key[1])) if key else None
    except ValueError:
        return None
