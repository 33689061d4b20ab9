"""Manage provider webhooks: URL, signing secret, and received events."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.mailroom.arriving.channels.webhook_providers import PROVIDERS, address_of
from esmero.mailroom.arriving.channels.webhook_secrets import (
    WebhookStatus,
    find_webhook,
    list_webhooks,
    set_secret,
)
from esmero.mailroom.models import WebhookSecret
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, PageAct, answer_edit
from esmero.web.console.page_frame import show
from esmero.web.parts.components.template_tags import chip


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
    known, status = PROVIDERS[provider], find_webhook(provider)

    def save(edit: Edit[WebhookSecret]) -> WebhookSecret:
        row = set_secret(provider, edit.given["secret"], by=edit.by)
        words = _("The secret is kept. What %(provider)s signs is taken in now.")
        messages.success(request, words % {"provider": known.title})
        return row

    def forget(request: HttpRequest, _row: WebhookSecret) -> None:
        set_secret(provider, "", by=staff(request))
        messages.success(request, _("%(provider)s is no longer listened to.") % {"provider": known.title})

    facts = {"provider": known, "status": status, "address": address_of(provider)}
    view = EditView(
        subject="hooks",
        right="house.settings",
        form=lambda _request, data, _row: SecretForm(data, provider=provider),
        save=save,
        above=(("settings", _("Settings")), ("hooks", _("Webhooks"))),
        lead=webhook_chip(status),
        name=lambda _row: known.title,
        saved=None,
        go=lambda _row: ("hook", (provider,)),
        fields={"secret-not-a-pair": "secret", "secret-not-a-key": "secret"},
        acts=(PageAct(value="forget", title=_("Remove it"), run=forget, grave=True),),
        facts=lambda _request, _row: facts,
        template="console/settings/hook.html",
    )
    return answer_edit(request, view, row=WebhookSecret(provider=provider))
