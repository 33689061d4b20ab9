"""Manage a user's own settings: current brand, language, appearance; and show the parts gallery."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from esmero.house.models import Brand, User
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, answer_edit
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES

NO_KEYS = "no_keys"
THEMES = [("", _("As this device")), ("light", _("Light")), ("dark", _("Dark"))]


class OwnSettings(forms.Form):
    """Edit the settings that every user has."""

    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_NAMES)
    timezone = forms.ChoiceField(label=_("Time zone"))
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES, required=False)

    keys = forms.BooleanField(
        label=_("Single keys do something"),
        required=False,
        help_text=_("For example “/” for the search, “g” then “p” for the people; “?” lists them all."),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        initial = {name: getattr(user, name) for name in ("name", "language", "timezone", "theme")}
        super().__init__(data, initial={**initial, "keys": not user.console.get(NO_KEYS)})
        fields: dict[str, Any] = self.fields
        fields["timezone"].choices = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]


@requires()
def own(request: HttpRequest) -> HttpResponse:
    """Show and store the user's own settings."""
    return answer_edit(request, VIEW, row=staff(request))


def _save(edit: Edit[User]) -> User:
    with transaction.atomic():
        # Locked, because `console` is one JSON value that other requests change too.
        fresh = User.objects.select_for_update().get(pk=edit.by.pk)
        for name in ("name", "language", "timezone", "theme"):
            setattr(fresh, name, edit.given[name])
        fresh.console[NO_KEYS] = not edit.given["keys"]
        fresh.save(update_fields=["name", "language", "timezone", "theme", "console"])
    translation.activate(fresh.language)
    return fresh


VIEW = EditView(
    subject="own",
    right="house.read",
    form=lambda request, data, _user: OwnSettings(data, user=staff(request)),
    save=_save,
    above=(("settings", _("Settings")),),
    lead=_("What is yours to set; nobody else sees a difference."),
    name=lambda _user: gettext("Your settings"),
    saved=_("Your settings are kept."),
    go=lambda _user: ("own", ()),
    facts=lambda _request, _user: {"back": ""},
    beside="console/settings/own_access.html",
)


@require_POST
@requires()
def choose_brand(request: HttpRequest) -> HttpResponse:
    """Switch the console to another brand."""
    if Brand.objects.filter(slug=request.POST.get("brand", "")).exists():
        request.session["brand"] = request.POST["brand"]
    return redirect("console:today")


@require_POST
@requires()
def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the console's language, and return to the same page."""
    language = request.POST.get("language", "")
    if language in dict(LANGUAGE_NAMES):
        user = staff(request)
        user.language = language
        user.save(update_fields=["language"])
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(there) if safe else redirect("console:today")
