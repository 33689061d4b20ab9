"""Report the progress of a test send; the page polls until the relay has answered."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esmero.outbox.models import Message, MessageClass, Relay
from esmero.web.console.access import requires
from esmero.web.console.page_frame import show_part

# Unclaimed for longer than this, a test suggests that no worker is running.
PATIENCE = timedelta(seconds=20)
_MOVING = frozenset({"planned", "claimed", "wire", "orphaned", "waiting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTestEnd:
    """Say how a test ended or why it stands: a note, and the link to the catcher ("" without one) or to the work."""

    note: str
    catcher_query: str = ""
    is_troubled: bool = False
    is_unclaimed: bool = False


def describe_end(state: str, *, address: str, is_caught: bool, is_unclaimed: bool) -> SentTestEnd | None:
    """Describe a test of this state; None while it is on its way."""
    match state:
        case Message.State.SENT if is_caught:
            note = _("The catcher holds it; nothing left this house.")
            return SentTestEnd(note=note, catcher_query=urlencode({"q": address}))
        case Message.State.SENT:
            return SentTestEnd(note=_("The relay has taken it. If it does not arrive, look among the unwanted mail."))
        case Message.State.DOUBT:
            return SentTestEnd(note=_("The relay may or may not have it."), is_troubled=True)
        case Message.State.GAVE_UP:
            return SentTestEnd(note=_("It did not leave. What the relay said stands above."), is_troubled=True)
        case Message.State.WAITING:
            return None
    if is_unclaimed:
        note = _("Nobody has taken it up yet. Is the process that sends running?")
        return SentTestEnd(note=note, is_unclaimed=True)
    return None


@require_safe
@requires("campaigns.write")
def test_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the progress of one test, for the place below the button."""
    facts = find_test(str(pk))
    if not facts:
        raise Http404
    return show_part(request, "console/messages/tested.html", **facts)


def find_test(key: str) -> dict[str, Any]:
    """Return the progress of the test with this id; empty for any other message."""
    if not key.isdecimal() or len(key) > 18:
        return {}
    message = (
        Message.objects.filter(pk=key, dispatch__message_class=MessageClass.INTERNAL, person=None)
        .select_related("dispatch__relay")
        .first()
    )
    if message is None:
        return {}
    moving = message.state in _MOVING
    due = message.due_at
    caught = message.dispatch.relay is not None and message.dispatch.relay.kind == Relay.Kind.CAPTURE
    stands = moving and due is not None and due < timezone.now() - PATIENCE
    end = describe_end(message.state, address=message.address, is_caught=caught, is_unclaimed=stands)
    return {
        "test": message,
        "test_moves": moving,
        "test_waits": message.state == Message.State.WAITING,
        "test_end": end,
    }
