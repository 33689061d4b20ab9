"""Save drafts as they are typed (assets/js/drafts.js), and leave them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from esmero.content.models import Template
from esmero.house.editing.drafts import DraftSubject, StaleDraft, drop_draft, save_draft
from esmero.house.models import Versioned
from esmero.house.rights import Right
from esmero.house.roles import may
from esmero.web.console.access import requires, staff
from esmero.web.parts.components.stale_notes import read_seen
from esmero.web.parts.components.times import format_time_short
from esmero.web.refusals.problem import as_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftKind:
    """Describe a kind of thing that is written: its rows, who may write it, its fields, and the page to go back to."""

    model: type[Versioned]
    permission: Right
    fields: tuple[str, ...]
    page: Callable[[DraftSubject], str]


def _template_page(subject: DraftSubject) -> str:
    return f"{reverse('console:template', args=[subject.id])}?language={subject.part}"


KINDS = {
    "template": DraftKind(
        model=Template,
        permission="campaigns.write",
        fields=("subject", "preheader", "letter", "rich", "mjml", "changed"),
        page=_template_page,
    ),
}


@require_POST
@requires()
def draft(request: HttpRequest, kind: str, pk: int, part: str = "") -> HttpResponse:
    """Save the posted fields as the user's draft, or leave it (`act`); a stale window gets 409 as a problem."""
    known = KINDS.get(kind)
    if known is None:
        raise Http404
    if not may(staff(request), known.permission):
        raise PermissionDenied
    subject = DraftSubject(kind=kind, id=pk, part=part)
    if request.POST.get("act") == "leave":
        drop_draft(staff(request), subject=subject)
        return redirect(known.page(subject))
    row = get_object_or_404(known.model._default_manager.only("row_version"), pk=pk)
    seen = request.POST.get("draft_seen", "")
    try:
        saved = save_draft(
            staff(request),
            subject=subject,
            content={name: request.POST[name] for name in known.fields if name in request.POST},
            seen=int(seen) if seen.isdecimal() else 0,
            begun_from=read_seen(request.POST, otherwise=row.row_version),
        )
    except StaleDraft as refusal:
        return JsonResponse(as_problem(refusal), status=refusal.status, content_type="application/problem+json")
    return JsonResponse({"seen": saved.version, "at": format_time_short(saved.saved_at)})
