"""Reset a forgotten staff password by allauth's page, unless no mail can be sent yet."""

from allauth.account.views import password_reset
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from esmero.mailroom.transactional.staff_notices import may_write


def reset_password(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address; without a relay, show the alternative instead, to everybody alike."""
    if may_write():
        return password_reset(request)  # type: ignore[no-any-return]
    return render(request, "account/password_reset.html", {"no_way_out": True})
