"""A link that leads nowhere any more; those that lead somewhere are answered at the edge, before Django."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from esmero.rendering.tokens import TokenPurpose, TokenRefused
from esmero.web.public.visit_token import TokenVisit, holds, refuse


@require_safe
@holds(TokenPurpose.CLICK)
def click(request: HttpRequest, visit: TokenVisit) -> HttpResponse:
    """Say that the link is no longer known."""
    del visit
    return refuse(request, TokenRefused("expired"))
