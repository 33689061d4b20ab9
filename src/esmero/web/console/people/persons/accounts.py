"""Open, correct, close, remove and invite to a person's account in the customer area."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.accounts.links import may_invite, request_invitation
from esmero.accounts.models import CustomerAccount
from esmero.accounts.opening import close_account, correct_account, open_account, remove_account, reopen_account
from esmero.people.models import Person
from esmero.refusal import Refusal
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import read_brand
from esmero.web.parts.row_ids import read_row_id


@require_POST
@requires("people.accounts")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what the pressed button says: open, invite, correct, close, reopen or remove."""
    person, now, act = get_object_or_404(Person, pk=pk), timezone.now(), request.POST.get("act", "")
    if act == "open":
        brand = read_brand(request)
        if brand is not None:
            open_account(person, brand=brand, by=staff(request), at=now, user_name=request.POST.get("user_name", ""))
            messages.success(request, _("The account is open; the mail to set a password is on its way."))
        return redirect("console:person", pk=pk)
    rows = CustomerAccount.objects.select_related("user", "person", "brand").filter(person=person)
    one = get_object_or_404(rows, pk=read_row_id(request.POST.get("account")))
    if act == "close":
        close_account(one, by=staff(request), at=now)
        messages.success(request, _("The account is closed: nobody can sign in to it."))
    elif act == "reopen":
        reopen_account(one, by=staff(request))
        messages.success(request, _("The account is open again, with the password that it had."))
    elif act == "correct":
        correct_account(one, user_name=request.POST.get("user_name", ""), by=staff(request), at=now)
        messages.success(request, _("The account is corrected; another mail to set a password is on its way."))
    elif act == "remove":
        remove_account(one, by=staff(request), at=now)
        messages.success(request, _("The account is removed; another can be opened."))
    elif act == "invite":
        if not one.user.is_active:
            raise Refusal("account-closed")
        if not may_invite(one, at=now):
            raise Refusal("account-invited-enough")
        request_invitation(one, at=now)
        messages.success(request, _("Another mail to set a password is on its way."))
    return redirect("console:person", pk=pk)
