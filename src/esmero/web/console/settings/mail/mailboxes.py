"""Manage mailboxes read by IMAP: configuration, test, pause, latest fetch and problems."""

from datetime import datetime
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

from esmero.mailroom.arriving.channels.listing import MAILBOXES, latest_fetch, mailbox_state
from esmero.mailroom.arriving.channels.mailbox_settings import PORTS, delete_mailbox, pause_mailbox, save_mailbox
from esmero.mailroom.arriving.channels.mailbox_test import mark_checking, store_check
from esmero.mailroom.models import Mailbox
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, answer_edit
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import show_part, wants_part
from esmero.web.console.settings.mail.connection_test import CheckWords, describe_test, is_checking
from esmero.web.labels.connection_troubles import translate_trouble
from esmero.web.parts.components.forms import FormPart
from esmero.web.parts.components.template_tags import on, state
from esmero.web.parts.components.times import format_time
from esmero.work.background import run_in_background

MOST_FOLDERS = 20
FIELDS = ("name", "host", "port", "security", "username", "access", "token_url", "client_id", "ca_file")


TEST_WORDS = CheckWords(
    running=gettext_lazy("We are trying it out. This takes at most half a minute."),
    good=gettext_lazy("This mailbox can be read."),
    bad=gettext_lazy("This mailbox cannot be read yet."),
    untested=gettext_lazy(
        "Connects, encrypts, signs in, and counts what is in the folders. Nothing is read or changed."
    ),
)


def mailbox_chip(mailbox: Mailbox) -> SafeString:
    """Return a chip with the state of a mailbox."""
    return state("mailbox", mailbox_state(mailbox))


def _draw_account(mailbox: Mailbox) -> SafeString:
    return format_html('{}<br><span class="small soft wrap">{}:{}</span>', mailbox.username, mailbox.host, mailbox.port)


def _draw_standing(mailbox: Mailbox) -> SafeString:
    """Draw the state under the title, with the last trouble."""
    trouble = (
        format_html(' <span class="wrap">{}</span>', translate_trouble(mailbox.trouble)) if mailbox.trouble else ""
    )
    return format_html("{}{}", mailbox_chip(mailbox), trouble)


def _draw_fetched(mailbox: Mailbox) -> str | SafeString:
    latest = latest_fetch(mailbox)
    return format_time(latest, "short time") if latest else _("nothing yet")


class MailboxForm(forms.Form):
    """Edit the connection of a mailbox; secrets are write-only."""

    name = forms.SlugField(
        label=gettext_lazy("Name"), max_length=15, help_text=gettext_lazy("Short, for you: returns, replies …")
    )
    host = forms.CharField(
        label=gettext_lazy("Host"), max_length=253, help_text=gettext_lazy("For example imap.example.org")
    )
    security = forms.ChoiceField(
        label=gettext_lazy("Security"),
        choices=[
            ("tls", gettext_lazy("TLS from the start (port 993)")),
            ("starttls", gettext_lazy("STARTTLS (port 143)")),
            ("none", gettext_lazy("none, only for a server on this machine (port 143)")),
        ],
    )
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        required=False,
        help_text=gettext_lazy("Empty: the usual one."),
    )
    username = forms.CharField(label=gettext_lazy("User name"), max_length=320)
    access = forms.ChoiceField(
        label=gettext_lazy("Signs in"),
        choices=[
            ("password", gettext_lazy("with a password")),
            ("xoauth2", gettext_lazy("with a token (XOAUTH2: Google, Microsoft)")),
        ],
    )
    secret = forms.CharField(
        label=gettext_lazy("Password or refresh token"),
        required=False,
        max_length=5000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted and never shown. Empty: the one that is kept stays."),
    )
    folders = forms.CharField(
        label=gettext_lazy("Folders"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line. Empty: INBOX. Look into the folder for unwanted mail too."),
    )
    token_url = forms.URLField(
        label=gettext_lazy("Where the token is traded"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Only with a token: the provider’s address for tokens, with https."),
    )
    client_id = forms.CharField(
        label=gettext_lazy("Client id"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only with a token: what the provider calls this house."),
    )
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        required=False,
        max_length=5000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Only with a token. Kept encrypted and never shown."),
    )
    ca_file = forms.CharField(
        label=gettext_lazy("File of certificates"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Only for a server with a certificate of its own: the path on this machine."),
    )

    parts = (
        FormPart(gettext_lazy("Only with a token"), ("token_url", "client_id", "client_secret"), folded=True),
        FormPart(gettext_lazy("Seldom needed"), ("ca_file",), folded=True),
    )

    def __init__(self, data: Any, *, mailbox: Mailbox | None) -> None:
        known = {key: getattr(mailbox, key) for key in FIELDS} if mailbox else {}
        super().__init__(data, initial={**known, "folders": "\n".join(mailbox.folders) if mailbox else ""})
        self._mailbox = mailbox

    def clean_name(self) -> str:
        """Refuse a name that another mailbox has."""
        name: str = self.cleaned_data["name"]
        own = self._mailbox.pk if self._mailbox else 0
        if Mailbox.objects.filter(name=name).exclude(pk=own).exists():
            raise forms.ValidationError(_("Another mailbox has this name."))
        return name

    def clean_folders(self) -> list[str]:
        """Read the folder names without duplicates."""
        names = dict.fromkeys(line.strip()[:255] for line in self.cleaned_data["folders"].splitlines() if line.strip())
        if len(names) > MOST_FOLDERS:
            raise forms.ValidationError(_("At most %(number)d folders are read.") % {"number": MOST_FOLDERS})
        return list(names) or ["INBOX"]

    def clean_token_url(self) -> str:
        """Refuse a URL to which a token would be sent unencrypted."""
        url: str = self.cleaned_data["token_url"]
        if url and not url.startswith("https://"):
            raise forms.ValidationError(_("Tokens are never sent in the clear: the address must begin with https."))
        return url

    def clean(self) -> dict[str, Any]:
        """Require a password if none is stored, or if the stored one belongs to another host."""
        given: dict[str, Any] = super().clean() or {}
        given["port"] = given.get("port") or PORTS.get(given.get("security", ""), 993)
        if not given.get("secret"):
            if self._mailbox is None or not self._mailbox.secret:
                self.add_error("secret", _("Without it nobody can sign in."))
            elif given.get("host") not in {None, self._mailbox.host}:
                self.add_error("secret", _("Enter it again: the one that is kept was given for another machine."))
        return given


mailboxes = list_view(
    ListView(
        listing=MAILBOXES,
        rows=lambda _request: Mailbox.objects.prefetch_related("read"),
        subject="mailboxes",
        right="house.settings",
        up=("settings", gettext_lazy("Settings")),
        title=gettext_lazy("Mailboxes"),
        lead=gettext_lazy(
            "Mailboxes with your provider that this house reads by IMAP for returns and replies. It changes nothing"
            " in them."
        ),
        drawn={
            "who": _draw_account,
            "fetched": _draw_fetched,
            "trouble": lambda mailbox: translate_trouble(mailbox.trouble),
        },
        new=("mailbox-new", gettext_lazy("New mailbox")),
        empty=(
            gettext_lazy("No mailbox is read"),
            gettext_lazy("Where returns do not reach this house’s own listener, they can be fetched from a mailbox."),
        ),
    )
)


@requires("house.settings")
def edit_mailbox(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create or change a mailbox, with its test and latest fetch beside the form."""
    mailbox = VIEW.find(pk) if pk else None
    if mailbox is not None and wants_part(request):
        return show_part(request, "console/settings/mailbox_status.html", **_status_facts(mailbox))
    return answer_edit(request, VIEW, row=mailbox)


def _save(edit: Edit[Mailbox]) -> Mailbox:
    given = edit.given
    facts = {key: given[key] for key in (*FIELDS, "folders")}
    secrets = {"secret": given["secret"] or None, "client_secret": given["client_secret"] or None}
    return save_mailbox(edit.row or Mailbox(), facts=facts, **secrets, by=edit.by)


def _describe_mailbox(_request: HttpRequest, mailbox: Mailbox | None) -> dict[str, Any]:
    told: dict[str, Any] = {"autocomplete": "off"}
    return told if mailbox is None else told | {"lead": _draw_standing(mailbox), **_status_facts(mailbox)}


VIEW = EditView(
    rows=Mailbox.objects.all,
    subject="mailboxes",
    right="house.settings",
    form=lambda _request, data, mailbox: MailboxForm(data, mailbox=mailbox),
    save=_save,
    above=(("settings", gettext_lazy("Settings")), ("mailboxes", gettext_lazy("Mailboxes"))),
    new=gettext_lazy("New mailbox"),
    lead=gettext_lazy("Your provider’s documentation names host, port and user for IMAP."),
    name=lambda mailbox: mailbox.name,
    saved=gettext_lazy("The mailbox %(name)s is kept. Test it now."),
    go=lambda mailbox: ("mailbox", (mailbox.pk,)),
    facts=_describe_mailbox,
    beside="console/settings/mailbox_status.html",
)


@require_POST
@requires("house.settings")
def act_on_mailbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Test a mailbox in the background, pause or resume it, or delete it."""
    mailbox = get_object_or_404(Mailbox, pk=pk)
    name = {"name": mailbox.name}
    match request.POST.get("act"):
        case "test" if not is_checking(mailbox.check_result):
            mark_checking(mailbox)
            run_in_background(lambda: store_check(pk), name="test a mailbox")
        case "pause" if pause_mailbox(mailbox, active=False, by=staff(request)):
            messages.success(
                request, _("The mailbox %(name)s rests. What comes there meanwhile is fetched later.") % name
            )
        case "resume" if pause_mailbox(mailbox, active=True, by=staff(request)):
            messages.success(request, _("The mailbox %(name)s is read again within seconds.") % name)
        case "remove":
            delete_mailbox(mailbox, by=staff(request))
            messages.success(request, _("The mailbox %(name)s is gone.") % name)
            return redirect("console:mailboxes")
    return redirect("console:mailbox", pk=pk)


def _status_facts(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "mailbox": mailbox,
        "read": [(one.name, _describe_fetch(one.fetched_at), one.number) for one in mailbox.read.order_by("name")],
        "test": describe_test(mailbox.check_result, words=TEST_WORDS, at=on(mailbox.checked_at, "short time")),
        "ask": _("Remove the mailbox %(name)s and its password? The mails that were fetched stay.")
        % {"name": mailbox.name},
    }


def _describe_fetch(at: datetime | None) -> str:
    return _("last on %(time)s") % {"time": on(at, "short time")} if at else _("nothing new since it is read")
