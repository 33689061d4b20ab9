"""Manage provider webhooks: URL, signing secret, and received events."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.mailroom.arriving.channels.webhook_providers import PROVIDERS, address_of
from esmero.mailroom.arriving.channels.webhook_secrets import (
    SecretRefused,
    WebhookStatus,
    find_webhook,
    list_webhooks,
    set_secret,
)
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.parts.components.template_tags import chip
from esmero.web.refusals.say import say


class SecretForm(forms.Form):
    """Edit the secret of a provider; it is write-only."""

    secret = forms.CharField(
        label=gettext_lazy("Secret"),
        max_length=5000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any, *, provider: str) -> None:
        super().__init__(data)
        self.fields["secret"].help_text = (
            _("A name and a password of your choice, as name:password. Give both to the provider too.")
            if PROVIDERS[provider].pair
            else _("The key by which the provider signs, from its page on webhooks. Kept encrypted and never shown.")
        )


def webhook_chip(status: WebhookStatus) -> SafeString:
    """Return a chip with the status of a provider's webhook."""
    if status.source == "lost":
        return chip("broken", _("enter the secret again"))
    if not status.configured:
        return chip("plain", _("not listened to"))
    if status.suspect:
        return chip("broken", _("cannot prove itself"))
    return chip("kept", _("heard")) if status.heard_at else chip("wait", _("not heard yet"))


@requires("house.settings")
def hooks(request: HttpRequest) -> HttpResponse:
    """List the providers, those with a secret first."""
    statuses = sorted(list_webhooks(), key=lambda one: not one.source)
    providers = [(PROVIDERS[one.name], one, webhook_chip(one)) for one in statuses]
    return show(request, "console/settings/hooks.html", subject="hooks", providers=providers)


@requires("house.settings")
def edit_hook(request: HttpRequest, provider: str) -> HttpResponse:
    """Show the webhook URL of a provider, and set or delete its secret."""
    if provider not in PROVIDERS:
        raise Http404
    known = PROVIDERS[provider]
    forget = "forget" in request.POST
    form = SecretForm(None if forget else request.POST or None, provider=provider)
    if forget:
        set_secret(provider, "", by=staff(request))
        messages.success(request, _("%(provider)s is no longer listened to.") % {"provider": known.title})
        return redirect("console:hook", provider=provider)
    if request.method == "POST" and form.is_valid():
        try:
            set_secret(provider, form.cleaned_data["secret"], by=staff(request))
        except SecretRefused as refusal:
            form.add_error("secret", say(refusal))
        else:
            messages.success(
                request, _("The secret is kept. What %(provider)s signs is taken in now.") % {"provider": known.title}
            )
            return redirect("console:hook", provider=provider)
    status = find_webhook(provider)
    return show(
        request,
        "console/settings/hook.html",
        subject="hooks",
        form=form,
        provider=known,
        status=status,
        said=webhook_chip(status),
        address=address_of(provider),
    )
