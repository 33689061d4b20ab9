"""Report the progress of a test send; the page polls until the relay has answered."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from esmero.outbox.models import Message, MessageClass, Relay
from esmero.web.console.access import requires
from esmero.web.console.page_frame import show_part

# Unclaimed for longer than this, a test suggests that no worker is running.
PATIENCE = timedelta(seconds=20)
_MOVING = frozenset({"planned", "claimed", "wire", "orphaned", "waiting"})


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
    return {
        "test": message,
        "test_moves": moving,
        "test_waits": message.state == Message.State.WAITING,
        "test_stands": moving and due is not None and due < timezone.now() - PATIENCE,
        "test_caught": message.dispatch.relay is not None and message.dispatch.relay.kind == Relay.Kind.CAPTURE,
    }
