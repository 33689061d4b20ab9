"""Answer click links without a target; valid ones are redirected by edge.py, before Django."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from esmero.rendering.tokens import TokenPurpose, TokenRefused
from esmero.web.public.visit_token import TokenVisit, refuse, requires_token


@require_safe
@requires_token(TokenPurpose.CLICK)
def click(request: HttpRequest, visit: TokenVisit) -> HttpResponse:
    """Show that the link is no longer known."""
    del visit
    return refuse(request, TokenRefused("expired"))
