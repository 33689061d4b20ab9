"""List all settings of the installation, each with its status."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.house.models import Brand, Issuer, User
from esmero.house.roles import may
from esmero.house.team import needs_two_factor
from esmero.mailroom.arriving.channels.webhook_secrets import list_webhooks
from esmero.mailroom.models import Mailbox
from esmero.outbox.domain_readiness import is_ready
from esmero.outbox.models import Relay
from esmero.people.models import CustomField, Topic
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show


@requires()
def settings(request: HttpRequest) -> HttpResponse:
    """Show the settings pages with the status of each."""
    if not may(staff(request), "house.settings"):
        return show(request, "console/settings/hub.html", subject="settings", pages=[])
    brands, relays = list(Brand.objects.all()), list(Relay.objects.all())
    ready = sum(bool(is_ready(one)) for one in brands)
    broken = sum(bool(one.trouble or one.check_result.get("good") is False) for one in relays)
    boxes = list(Mailbox.objects.all())
    ill = any(one.trouble and one.active for one in boxes)
    armed = [one for one in list_webhooks() if one.configured]
    people = User.objects.filter(is_active=True).count()
    issuers = Issuer.objects.count()
    topics, fields = Topic.objects.filter(archived_at=None).count(), CustomField.objects.count()
    pages = [
        (
            "brands",
            _("Brands and domains"),
            _("Sender, phone, colour, and the records in the DNS"),
            ngettext("%(number)d brand", "%(number)d brands", len(brands)) % {"number": len(brands)},
            "kept" if brands and ready == len(brands) else "wait",
            _("ready") if brands and ready == len(brands) else _("to do"),
        ),
        (
            "issuers",
            _("Companies"),
            _("The legal entities behind the brands: tax number, bank account, numbers of invoices"),
            ngettext("%(number)d company", "%(number)d companies", issuers) % {"number": issuers},
            "",
            "",
        ),
        (
            "relays",
            _("Relays"),
            _("The ways out, with a test that says each step"),
            ngettext("%(number)d relay", "%(number)d relays", len(relays)) % {"number": len(relays)},
            "broken" if broken else "kept" if relays else "wait",
            _("trouble") if broken else _("ready") if relays else _("to do"),
        ),
        (
            "mailboxes",
            _("Mailboxes"),
            _("Where returns and replies are fetched by IMAP"),
            ngettext("%(number)d mailbox", "%(number)d mailboxes", len(boxes)) % {"number": len(boxes)},
            "broken" if ill else "kept" if boxes else "",
            _("trouble") if ill else _("ready") if boxes else "",
        ),
        (
            "hooks",
            _("Webhooks"),
            _("Where sending services tell what became of a mail"),
            ngettext("%(number)d service", "%(number)d services", len(armed)) % {"number": len(armed)},
            "broken" if any(one.suspect for one in armed) else "kept" if armed else "",
            _("trouble") if any(one.suspect for one in armed) else _("ready") if armed else "",
        ),
        (
            "topics",
            _("Topics and purposes"),
            _("What you write about, and what permissions are for"),
            ngettext("%(number)d topic", "%(number)d topics", topics) % {"number": topics},
            "kept" if topics else "wait",
            _("ready") if topics else _("to do"),
        ),
        (
            "fields",
            _("Own fields"),
            _("What you know of people beyond name and address"),
            ngettext("%(number)d field", "%(number)d fields", fields) % {"number": fields},
            "",
            "",
        ),
        ("profiles", _("Countries’ rules"), _("On which grounds one may write, for reading"), "", "", ""),
        (
            "team",
            _("Team"),
            _("Who may sign in, roles, second factor"),
            ngettext("%(number)d person", "%(number)d people", people) % {"number": people},
            "kept" if needs_two_factor() else "plain",
            _("second factor for all") if needs_two_factor() else _("second factor by choice"),
        ),
        ("retention", _("Terms of storage"), _("How long what is kept, and what went"), "", "", ""),
        ("records", _("Records of processing"), _("What the law asks you to write down about data"), "", "", ""),
        ("audit", _("Audit log"), _("Who changed what, and when"), "", "", ""),
    ]
    shown = [page for page in pages if page[0] != "team" or may(staff(request), "staff.manage")]
    return show(request, "console/settings/hub.html", subject="settings", pages=shown)
