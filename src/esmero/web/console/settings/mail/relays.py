"""Manage relays: configuration, and a test that reports every step."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.models import Brand, User
from esmero.mailroom.arriving.channels.webhook_providers import PROVIDERS, provider_of
from esmero.mailroom.arriving.channels.webhook_secrets import find_webhook
from esmero.mailroom.transactional.relay_test import send_relay_test
from esmero.outbox.models import Message, Relay
from esmero.outbox.relay_check import mark_checking, store_check
from esmero.outbox.relays import NoRelay, delete_relay, save_relay
from esmero.outbox.transports.listing import RELAYS, relay_state
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, answer_edit
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import show_part, wants_part
from esmero.web.console.settings.first_steps import next_step
from esmero.web.console.settings.mail.connection_test import CheckWords, describe_test, is_checking
from esmero.web.console.settings.mail.webhooks import webhook_chip
from esmero.web.labels.connection_troubles import translate_trouble
from esmero.web.parts.components.forms import FormPart
from esmero.web.parts.components.template_tags import state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.tags.attributes import flat_attributes
from esmero.work.background import run_in_background

FIELDS = (
    "name",
    "brand",
    "kind",
    "host",
    "port",
    "security",
    "username",
    "ca_file",
    "connections",
    "per_second",
    "relay_signs",
)


TEST_WORDS = CheckWords(
    running=gettext_lazy("We are trying it out. This takes at most 20 seconds."),
    good=gettext_lazy("Mail can leave by this relay."),
    bad=gettext_lazy("Mail cannot leave by this relay yet."),
    untested=gettext_lazy(
        "Connects, encrypts, signs in, and says each step in words. Nothing is sent unless you wish it."
    ),
)


def relay_chip(relay: Relay) -> SafeString:
    """Return a chip with the state of a relay."""
    return state("relay", relay_state(relay))


class RelayForm(forms.Form):
    """Edit the connection of a relay; the password is write-only."""

    name = forms.SlugField(
        label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("Short, for you: main, newsletter …")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it does"),
        choices=[
            ("smtp", gettext_lazy("Sends, by SMTP")),
            ("capture", gettext_lazy("Sends nothing: keeps all for the mail catcher")),
        ],
    )
    host = forms.CharField(
        label=gettext_lazy("Host"),
        max_length=253,
        required=False,
        help_text=gettext_lazy("For example smtp.example.org"),
    )
    security = forms.ChoiceField(
        label=gettext_lazy("Security"),
        choices=[
            ("starttls", gettext_lazy("STARTTLS (port 587)")),
            ("tls", gettext_lazy("TLS from the start (port 465)")),
            ("none", gettext_lazy("none, only for a relay on this machine (port 25)")),
        ],
    )
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        required=False,
        help_text=gettext_lazy("Empty: the usual one."),
    )
    username = forms.CharField(label=gettext_lazy("User name"), max_length=200, required=False)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        max_length=300,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted and never shown. Empty: the one that is kept stays."),
    )
    brand = forms.ModelChoiceField(
        label=gettext_lazy("Brand"),
        queryset=Brand.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("all brands"),
    )
    connections = forms.IntegerField(label=gettext_lazy("Connections at once"), min_value=1, max_value=100, initial=8)
    per_second = forms.IntegerField(
        label=gettext_lazy("At most messages a second"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy("Empty: as fast as the relay takes them."),
    )
    ca_file = forms.CharField(
        label=gettext_lazy("File of certificates"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Only for a relay with a certificate of its own: the path on this machine."),
    )
    relay_signs = forms.BooleanField(label=gettext_lazy("The relay adds the DKIM signature itself"), required=False)

    parts = (
        FormPart(
            gettext_lazy("Seldom needed"),
            ("connections", "per_second", "ca_file", "relay_signs"),
            folded=True,
        ),
    )

    def __init__(self, data: Any, *, relay: Relay | None) -> None:
        super().__init__(data, initial={key: getattr(relay, key) for key in FIELDS} if relay else None)
        self._relay = relay

    def clean_name(self) -> str:
        """Refuse a name that another relay has."""
        name: str = self.cleaned_data["name"]
        if Relay.objects.filter(name=name).exclude(pk=self._relay.pk if self._relay and self._relay.pk else 0).exists():
            raise forms.ValidationError(_("Another relay has this name."))
        return name

    def clean(self) -> dict[str, Any]:
        """Require a host for SMTP, and fill in the default port."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == "smtp" and not given.get("host"):
            self.add_error("host", _("Name the machine that takes your mail."))
        usual = {"starttls": 587, "tls": 465, "none": 25}
        given["port"] = given.get("port") or usual.get(given.get("security", ""), 587)
        if given.get("username") and not given.get("password") and not (self._relay and self._relay.password):
            self.add_error("password", _("A user name needs its password."))
        return given


relays = list_view(
    ListView(
        listing=RELAYS,
        rows=lambda _request: Relay.objects.select_related("brand"),
        subject="relays",
        right="house.settings",
        up=("settings", gettext_lazy("Settings")),
        title=gettext_lazy("Relays"),
        lead=gettext_lazy(
            "The mail servers by which your messages leave. A brand takes its own, else one that serves all."
        ),
        new=("relay-new", gettext_lazy("New relay")),
        empty=(
            gettext_lazy("No relay yet"),
            gettext_lazy("A relay is the mail server of your provider. Without one nothing can leave."),
        ),
    )
)


@requires("house.settings")
def edit_relay(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create or change a relay, with its test beside the form."""
    relay = VIEW.find(pk) if pk else None
    if relay is not None and wants_part(request):
        return show_part(
            request,
            "console/settings/relay_status.html",
            **_status_facts(relay),
            standing=_draw_standing(relay, is_polled=True),
        )
    return answer_edit(request, VIEW, row=relay)


def _save(edit: Edit[Relay]) -> Relay:
    given = edit.given
    facts = {key: given[key] for key in FIELDS}
    return save_relay(edit.row or Relay(), facts=facts, password=given["password"] or None, by=edit.by)


def _describe_relay(request: HttpRequest, relay: Relay | None) -> dict[str, Any]:
    told: dict[str, Any] = {"autocomplete": "off"}
    if relay is not None:
        told |= {"lead": _draw_standing(relay), "next_step": next_step(request, here="relay"), **_status_facts(relay)}
    return told


VIEW = EditView(
    rows=Relay.objects.all,
    subject="relays",
    right="house.settings",
    form=lambda _request, data, relay: RelayForm(data, relay=relay),
    save=_save,
    above=(("settings", gettext_lazy("Settings")), ("relays", gettext_lazy("Relays"))),
    new=gettext_lazy("New relay"),
    lead=gettext_lazy("Your provider’s documentation names host, port and user."),
    name=lambda relay: relay.name,
    saved=gettext_lazy("The relay %(name)s is kept. Test it now."),
    go=lambda relay: ("relay", (relay.pk,)),
    facts=_describe_relay,
    beside="console/settings/relay_status.html",
)


@require_POST
@requires("house.settings")
def test_relay(request: HttpRequest, pk: int) -> HttpResponse:
    """Test the relay in the background, and send a message to the tester on request."""
    relay = get_object_or_404(Relay, pk=pk)
    if relay.kind == Relay.Kind.SMTP and not is_checking(relay.check_result):
        # Marked before the thread starts, so that the next page already shows a running test.
        mark_checking(relay)
        user, write = staff(request), "write" in request.POST
        run_in_background(lambda: _run_test(pk, user=user, write=write), name="test a relay")
    return redirect("console:relay", pk=pk)


@require_POST
@requires("house.settings")
def remove_relay(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a relay that was never used."""
    relay = get_object_or_404(Relay, pk=pk)
    if delete_relay(relay, by=staff(request)):
        messages.success(request, _("The relay %(name)s is gone.") % {"name": relay.name})
        return redirect("console:relays")
    messages.error(
        request, _("Messages have left by this relay; it stays, so that one can see how. Change it instead.")
    )
    return redirect("console:relay", pk=pk)


def _run_test(pk: int, *, user: User, write: bool) -> None:
    def write_mail() -> dict[str, Any]:
        try:
            return {"message": send_relay_test(Relay.objects.select_related("brand").get(pk=pk), to=user).pk}
        except NoRelay:
            return {"no_brand": True}

    store_check(pk, then=write_mail if write else dict)


def _draw_standing(relay: Relay, *, is_polled: bool = False) -> SafeString:
    """Draw the state under the title; the answer to a poll replaces it there."""
    told = flat_attributes({"id": "relay-standing", "hx_swap_oob": "true" if is_polled else ""})
    return format_html("<span{}>{} {}</span>", told, relay_chip(relay), translate_trouble(relay.trouble))


def _provider_facts(relay: Relay) -> dict[str, Any]:
    """Return the relay's provider, if it reports events by webhook, with the webhook's status."""
    name = provider_of(relay.host)
    if not name:
        return {}
    return {"provider": PROVIDERS[name], "provider_name": name, "provider_status": webhook_chip(find_webhook(name))}


def _status_facts(relay: Relay) -> dict[str, Any]:
    result, is_tested = relay.check_result, relay.kind == Relay.Kind.SMTP
    message = Message.objects.filter(pk=result.get("message") or 0).first()
    test = describe_test(result, words=TEST_WORDS, at=format_time(relay.checked_at, "short time"))
    waiting = message is not None and message.state in {"planned", "claimed", "wire"}
    return {
        "relay": relay,
        "is_tested": is_tested,
        **_provider_facts(relay),
        "no_brand": result.get("no_brand", False),
        "message": message,
        "poll": test.is_running or waiting,
        "test": test,
    }
