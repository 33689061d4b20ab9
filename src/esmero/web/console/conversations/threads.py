"""List conversations: new text of each, and the side that has to reply next."""

from collections.abc import Sequence

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from esmero.conversations.models import Conversation, Entry
from esmero.conversations.queries import conversation_rows
from esmero.conversations.waiting_marks import set_state
from esmero.text_folding import fold
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import read_brand, show
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.tables import Choice, Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import quoted, state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels.states import CONVERSATION

SHOWN = 180
State = Conversation.State


def _who(row: Conversation) -> SafeString:
    url = reverse("console:conversation", args=[row.pk])
    if row.person is None:
        return format_html('<a href="{}">{}</a>', url, show_address(row.address))
    return format_html(
        '<a href="{}">{}</a><br><span class="soft small">{}</span>', url, row.person, show_address(row.address)
    )


def _words(row: Conversation) -> SafeString:
    latest: str = row.latest_text or ""  # type: ignore[attr-defined]
    said = quoted(Truncator(latest).chars(SHOWN)) if latest else ""
    return format_html('{}<br><span class="soft">{}</span>', row.subject or _("Without a subject"), said)


def _find(rows: Rows, text: str) -> Rows:
    begins = Q(address__startswith=text.strip().lower())
    return rows.filter(begins | Q(subject__icontains=text) | Q(person__folded__contains=fold(text)))


def _state_choices() -> Sequence[Choice]:
    return [
        *((value, CONVERSATION[value].text) for value in (State.WAITING_FOR_THEM, State.CLOSED)),
        ("all", pgettext("conversations", "all")),
    ]


def _unchanged(rows: Rows, value: str) -> Rows:
    del value  # the view applies it, because the default is conversations that wait for staff
    return rows


CONVERSATIONS = Listing(
    page="conversations",
    order="-last",
    personal=True,
    size=30,
    search=_find,
    search_title=gettext_lazy("Name, address or subject"),
    columns=(
        TableColumn(
            key="who", title=gettext_lazy("From"), cell=_who, plain=lambda row: str(row.person or ""), head=True
        ),
        TableColumn(key="address", title=gettext_lazy("Address"), cell=lambda row: row.address, shown=False),
        TableColumn(key="words", title=gettext_lazy("What they wrote"), cell=_words, plain=lambda row: row.latest_text),
        TableColumn(
            key="state", title=gettext_lazy("Whose turn it is"), cell=lambda row: state("conversation", row.state)
        ),
        TableColumn(
            key="last",
            title=gettext_lazy("When"),
            cell=lambda row: format_time(row.last_at),
            plain=lambda row: row.last_at.isoformat(),
            order=("last_at", "id"),
            quiet=True,
        ),
    ),
    filters=(
        Filter(
            key="state",
            title=gettext_lazy("Whose turn it is"),
            every=gettext_lazy("Waiting for us"),
            choices=_state_choices,
            apply=_unchanged,
        ),
    ),
)


@requires()
def conversations(request: HttpRequest) -> HttpResponseBase:
    """List the brand's conversations by state; by default those that wait for a reply from staff."""
    brand = read_brand(request)
    asked = request.GET.get("state") or str(State.WAITING_FOR_US)
    return answer_list(
        request,
        "console/conversations/conversations.html",
        listing=CONVERSATIONS,
        rows=conversation_rows(brand=brand, state=asked if asked in State.values else ""),
        subject="conversations",
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
