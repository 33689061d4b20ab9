"""Serve the links of an account: ask for one, sign in, set a password, confirm a new address."""

import secrets

from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from esmero.accounts.links import find_account_of, is_right_code, is_same_browser, renew_link, request_link
from esmero.accounts.models import CustomerAccount
from esmero.accounts.new_emails import confirm_new_email
from esmero.accounts.opening import find_account, find_account_by_name
from esmero.accounts.passwords import set_password
from esmero.grants.granting import GrantRefused, spend
from esmero.grants.models import Grant
from esmero.grants.purposes import INVITATION, NEW_EMAIL, SET_PASSWORD, SIGN_IN, GrantPurpose
from esmero.outbox.relays import NoRelay
from esmero.refusal import Refusal
from esmero.web.portal.forms import CodeForm, FirstPasswordForm, LinkForm
from esmero.web.refusals.say import say
from esmero.web.signed_pages.guard import requires_grant

BROWSER = "link_browser"  # key of the session: the secret of this browser


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask_for_sign_in_link(request: HttpRequest) -> HttpResponse:
    """Send a link to sign in, with the same answer for everybody."""
    return _ask(request, purpose=SIGN_IN)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask_for_password_link(request: HttpRequest) -> HttpResponse:
    """Send a link to set a password, with the same answer for everybody."""
    return _ask(request, purpose=SET_PASSWORD)


@requires_grant(SIGN_IN, again=renew_link)
def sign_in_by_link(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Sign in by the button; a browser that did not ask for the link needs the code of the mail, too."""
    account, now = _account_of(grant), timezone.now()
    known = is_same_browser(grant, request.session.get(BROWSER, ""))
    form = None if known else CodeForm(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        if form is None or is_right_code(grant, form.cleaned_data["code"], at=now):
            with spend(grant, purpose=SIGN_IN, at=now):
                flows.login.record_authentication(request, account.user, method="link")
                return flows.login.perform_login(request, Login(user=account.user))  # type: ignore[no-any-return]
        form.add_error("code", _("These are not the digits of the mail."))
    return render(request, "portal/sign_in_link.html", {"form": form, "account": account, "brand": account.brand})


@requires_grant(INVITATION, again=renew_link)
def accept_invitation(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Set the first password."""
    return _choose_password(request, grant, purpose=INVITATION)


@requires_grant(SET_PASSWORD, again=renew_link)
def new_password(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Set a new password in place of a forgotten one."""
    return _choose_password(request, grant, purpose=SET_PASSWORD)


@requires_grant(NEW_EMAIL)
def new_email(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Confirm a new address, signed in to the account that it is for."""
    account = _account_of(grant)
    theirs = find_account(request.user)
    if theirs is None:
        messages.info(request, _("Please sign in first; then open the link once more."))
        return redirect("account_login")
    fault = ""
    if request.method == "POST":
        try:
            confirm_new_email(theirs, grant=grant, at=timezone.now())
        except NoRelay as lacking:
            fault = say(lacking)
        except Refusal as refusal:
            fault = say(refusal)
        else:
            messages.success(request, _("From now on you sign in with the new address."))
            return redirect("area")
    email = grant.facts["email"] if theirs.pk == account.pk else ""
    return render(request, "portal/new_email.html", {"fault": fault, "email": email, "brand": account.brand})


def _ask(request: HttpRequest, *, purpose: GrantPurpose) -> HttpResponse:
    form = LinkForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["login"].strip().lower()
        # The same limit as for staff, by what is typed and by network: it is told to known and unknown alike.
        limited = ratelimit.consume_or_429(request, action="request_login_code", key=typed)
        if limited:
            return limited  # type: ignore[no-any-return]
        browser = request.session.setdefault(BROWSER, secrets.token_urlsafe(16))
        account = find_account_by_name(typed)
        language = translation.get_language() or ""
        request_link(purpose, account, browser=browser, language=language, at=timezone.now())
        sent = True
    for_password = purpose is SET_PASSWORD
    title = _("A new password") if for_password else _("Sign in by a link")
    facts = {
        "form": form,
        "sent": sent,
        "name": _("A new password") if for_password else _("A link by mail"),
        "title": _("Please look into your mailbox") if sent else title,
    }
    return render(request, "portal/ask_for_link.html", facts)


def _choose_password(request: HttpRequest, grant: Grant, *, purpose: GrantPurpose) -> HttpResponse:
    account = _account_of(grant)
    form = FirstPasswordForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        set_password(account, grant=grant, purpose=purpose, password=form.cleaned_data["password"], at=timezone.now())
        messages.success(request, _("Your password is set. You can sign in with it now."))
        return redirect("account_login")
    return render(request, "portal/password.html", {"form": form, "account": account, "brand": account.brand})


def _account_of(grant: Grant) -> CustomerAccount:
    """Return the open account of a grant; raises GrantRefused where there is none any more."""
    account = find_account_of(grant)
    if account is None:
        raise GrantRefused(None)
    return account
