"""Show the holder of an account: who they are, how they sign in, where they are signed in."""

from collections.abc import Mapping

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from esmero.accounts.links import request_new_email
from esmero.accounts.models import CustomerAccount
from esmero.people.relationship.roles import read_roles
from esmero.web.portal.access import requires_account
from esmero.web.portal.forms import NewEmailForm

# By role, the closest relationship first. Nobody is called a prospect to their face.
_INTRODUCTIONS: Mapping[str, str | Promise] = {
    "customer": _("%(name)s, customer of %(brand)s"),
    "member": _("%(name)s, member of %(brand)s"),
    "member-client": _("%(name)s, client of a member of %(brand)s"),
    "sponsor": _("%(name)s, sponsor of %(brand)s"),
    "supplier": _("%(name)s, supplier of %(brand)s"),
}
_WITHOUT_ROLE = _("%(name)s, with an account at %(brand)s")


@require_safe
@requires_account
def account_page(request: HttpRequest, account: CustomerAccount) -> HttpResponse:
    """Show name, user name, address, second factors and sessions."""
    factors = set(Authenticator.objects.filter(user=account.user_id).values_list("type", flat=True))
    return render(
        request,
        "portal/account.html",
        {
            "account": account,
            "who": _introduce(account),
            "has_app": Authenticator.Type.TOTP in factors,
            "has_key": Authenticator.Type.WEBAUTHN in factors,
            "sessions": UserSession.objects.purge_and_list(account.user),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires_account
@reauthentication_required  # type: ignore[untyped-decorator]
def change_email(request: HttpRequest, account: CustomerAccount) -> HttpResponse:
    """Send a link to a new address, with the same answer whether it is another account's or not."""
    form = NewEmailForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent:
        language = translation.get_language() or ""
        request_new_email(account, email=form.cleaned_data["email"], language=language, at=timezone.now())
    return render(request, "portal/change_email.html", {"form": form, "sent": sent, "account": account})


def _introduce(account: CustomerAccount) -> str:
    """Return name, closest role held today towards the brand or the house, and brand."""
    of_persons, _of_bodies = read_roles(persons=[account.person_id])
    today, brand = timezone.localdate(), account.brand
    held = {
        role.kind
        for role in of_persons.get(account.person_id, ())
        if role.is_held(today) and role.brand in {"", brand.slug}
    }
    words = next((words for kind, words in _INTRODUCTIONS.items() if kind in held), _WITHOUT_ROLE)
    return str(words) % {"name": account.person, "brand": brand.name}
