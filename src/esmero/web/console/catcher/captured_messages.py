"""Serve the demo's mail catcher: each message as its recipient sees it, and simulated replies."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from esmero.mailroom.catcher_answers import send_answer
from esmero.outbox.models import Captured
from esmero.outbox.transports.listing import CAUGHT
from esmero.web.console.access import View, requires
from esmero.web.console.catcher.message_view import read_letter
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.page_frame import show
from esmero.web.parts.content_security_policies import LETTER_CSP

WORDS = {
    "reply": gettext_lazy("Answer like a person"),
    "click": gettext_lazy("Open the first link"),
    "absent": gettext_lazy("Be on holiday"),
    "full": gettext_lazy("Have a full mailbox"),
    "bounce": gettext_lazy("Not exist any more"),
    "complain": gettext_lazy("Complain of it as unwanted"),
}


def _only_in_demo(view: View) -> View:
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.ESMERO.demo:
            raise Http404
        return view(request, *args, **kwargs)  # type: ignore[return-value]

    return guarded


@_only_in_demo
@requires()
def catcher(request: HttpRequest) -> HttpResponseBase:
    """List the captured messages, the latest first."""
    return answer_list(
        request,
        "console/list.html",
        listing=CAUGHT,
        rows=Captured.objects.defer("body"),
        subject="catcher",
        title=_("Mail catcher"),
        lead=_(
            "In this demo nothing leaves the machine: here lies what would have arrived, and you can answer as its"
            " recipient."
        ),
        empty_title=_("Nothing has been caught yet"),
        empty_text=_("Start a campaign: each message appears here as its recipient would see it."),
        empty_url=reverse("console:campaigns"),
        empty_action=_("Campaigns"),
    )


@_only_in_demo
@requires()
def caught(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one message: rendered, as text, as source, or its headers explained."""
    shown = get_object_or_404(Captured.objects.select_related("message__person"), pk=pk)
    view = request.GET.get("view", "letter")
    return show(
        request,
        "console/catcher/caught.html",
        subject="catcher",
        captured=shown,
        letter=read_letter(shown),
        view=view if view in {"letter", "text", "source", "headers"} else "letter",
        answers=WORDS,
    )


@require_safe
@_only_in_demo
@requires()
@xframe_options_sameorigin
@csp_override(LETTER_CSP)
def caught_html(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """Return the HTML part alone, for the iframe: no script runs and nothing external is loaded."""
    return HttpResponse(read_letter(get_object_or_404(Captured, pk=pk)).html)


@require_POST
@_only_in_demo
@requires()
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Simulate a reaction of the recipient or their mail server, by a real mail or request to this installation."""
    shown = get_object_or_404(Captured.objects.select_related("message"), pk=pk)
    kind = request.POST.get("kind", "")
    if kind not in WORDS:
        raise Http404
    send_answer(shown, kind=kind)
    messages.success(request, _("Done. In a moment it stands in the person's story."))
    return redirect("console:caught", pk=pk)
