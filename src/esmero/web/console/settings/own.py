"""The reader's own settings: brand at work, language, appearance, and the page of all parts."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from esmero.house.models import Brand
from esmero.outbox.queries import list_relays
from esmero.web.console.access import requires, staff
from esmero.web.console.page import show
from esmero.web.parts.words import LANGUAGE_NAMES

THEMES = [("", _("As this device")), ("light", _("Light")), ("dark", _("Dark"))]


class OwnSettings(forms.Form):
    """What everybody may set for themselves."""

    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_NAMES)
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES, required=False)


@requires()
def settings(request: HttpRequest) -> HttpResponse:
    """Show and store one's own settings; beside them the brands and relays of the house, for reading."""
    user = staff(request)
    own = {"name": user.name, "language": user.language, "theme": user.theme}
    form = OwnSettings(request.POST or None, initial=own)
    if request.method == "POST" and form.is_valid():
        user.name, user.language, user.theme = (form.cleaned_data[key] for key in ("name", "language", "theme"))
        user.save(update_fields=["name", "language", "theme"])
        return redirect("console:settings")
    return show(request, "console/settings/own.html", subject="settings", form=form, relays=list_relays())


@require_POST
@requires()
def choose_brand(request: HttpRequest) -> HttpResponse:
    """Work on another brand from now on."""
    if Brand.objects.filter(slug=request.POST.get("brand", "")).exists():
        request.session["brand"] = request.POST["brand"]
    return redirect("console:today")


@require_POST
@requires()
def choose_language(request: HttpRequest) -> HttpResponse:
    """Read the console in another language from now on, and return to the same page."""
    language = request.POST.get("language", "")
    if language in dict(LANGUAGE_NAMES):
        user = staff(request)
        user.language = language
        user.save(update_fields=["language"])
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(there) if safe else redirect("console:today")
