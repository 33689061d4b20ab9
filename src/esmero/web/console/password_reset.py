"""A new password for staff who forgot theirs: allauth's page, unless the house cannot write to anybody yet."""

from allauth.account.views import password_reset
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from esmero.mailroom.transactional.staff_notices import may_write


def reset_password(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address; say what to do instead where no mail could leave, whoever asks."""
    if may_write():
        return password_reset(request)  # type: ignore[no-any-return]
    return render(request, "account/password_reset.html", {"no_way_out": True})
