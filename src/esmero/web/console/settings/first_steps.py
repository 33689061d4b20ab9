"""Guide a new installation to a first test mail; the steps can be left and resumed at any time.

Each step is judged by stored data, not by clicks, so changes from the command line count as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from esmero.campaigns.models import Campaign
from esmero.content.models import Template
from esmero.house.jurisdictions import is_ordinary_rate
from esmero.house.models import Brand, User
from esmero.house.rights import Right
from esmero.house.roles import may
from esmero.outbox.domain_readiness import is_ready
from esmero.outbox.models import Message, MessageClass, Relay
from esmero.people.models import Person, Topic
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import read_brand, show
from esmero.web.parts.labels import StateLabel

HIDDEN = "first_steps_hidden"
_ALL_DONE = "first_steps_done"  # cached in the session, so that a complete installation is queried once per session


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Describe one step: purpose, missing parts and its page; mail can be sent without an `optional` one."""

    key: str
    title: str | Promise
    why: str | Promise
    missing: Sequence[str | Promise]
    url: str
    action: str | Promise
    permission: Right
    optional: bool = False
    is_next: bool = False

    @property
    def done(self) -> bool:
        return not self.missing

    @property
    def mark(self) -> StateLabel:
        """Return the chip of the step."""
        if self.done:
            return StateLabel("kept", gettext("done"))
        if self.is_next:
            return StateLabel("info", gettext("next"))
        return StateLabel("wait" if self.optional else "plain", pgettext("step", "to do"))


def list_steps(brand: Brand | None, *, relays: Sequence[Relay] | None = None) -> list[FirstStep]:
    """Return all steps with their missing parts, from a few indexed queries; `relays` are all, if they were read."""
    pk = brand.pk if brand else None
    relays = list(Relay.objects.all()) if relays is None else relays
    steps = [
        _brand_step(brand),
        FirstStep(
            key="domain",
            title=_("Prepare the domain"),
            why=_("Records in the DNS say that your mail is really yours. Without them it ends as spam."),
            missing=() if brand and is_ready(brand) else (_domain_missing(brand),),
            url=reverse("console:domain", args=[pk]) if pk else "",
            action=_("See the records"),
            permission="house.settings",
            optional=True,
        ),
        FirstStep(
            key="relay",
            title=_("Set a relay up"),
            why=_("The mail server of your provider, by which your messages leave."),
            missing=_relay_missing(relays),
            url=reverse("console:relays" if relays else "console:relay-new"),
            action=_("Set a relay up"),
            permission="house.settings",
        ),
        FirstStep(
            key="topic",
            title=_("Name a topic"),
            why=_("What you write about. People allow it, choose it and leave it by this name."),
            missing=() if pk and Topic.objects.filter(brand=pk, archived_at=None).exists() else (_("a topic"),),
            url=reverse("console:topic-new") if pk else "",
            action=_("New topic"),
            permission="house.settings",
        ),
        FirstStep(
            key="import",
            title=_("Bring your people"),
            why=_("A CSV file is enough. You see what will happen before anything does."),
            missing=() if Person.objects.exists() else (_("at least one person"),),
            url=reverse("console:import-new") if pk else "",
            action=_("Import a list"),
            permission="people.import",
        ),
        FirstStep(
            key="template",
            title=_("Write a template"),
            why=_("The letter itself. You see it as a reader would before it goes anywhere."),
            missing=() if pk and Template.objects.filter(brand=pk).exists() else (_("a template"),),
            url=reverse("console:template-new") if pk else "",
            action=_("New template"),
            permission="campaigns.write",
        ),
        FirstStep(
            key="test",
            title=_("Send yourself a test"),
            why=_("Make a draft of a message and send it to your own address first."),
            missing=() if _was_tested(pk) else (_("a test mail that left"),),
            url=_test_url(pk),
            action=_("New message"),
            permission="campaigns.write",
        ),
    ]
    following = next((one.key for one in steps if not one.done), "")
    return [replace(one, is_next=one.key == following) for one in steps]


def _brand_step(brand: Brand | None) -> FirstStep:
    missing: list[str | Promise] = []
    if brand is None:
        missing.append(_("a name and an address to write from"))
    else:
        if not is_ordinary_rate(brand.phone, code=brand.profile):
            missing.append(_("a phone number at the ordinary rate"))
        if not brand.postal_address:
            missing.append(_("a postal address"))
        if not brand.mailbox:
            missing.append(_("a mailbox for replies"))
    return FirstStep(
        key="brand",
        title=_("Make a brand"),
        why=_("The name under which you write, and the people who stand behind it."),
        missing=missing,
        url=reverse("console:brand-edit", args=[brand.pk]) if brand else reverse("console:brand-new"),
        action=_("Complete the brand") if brand else _("New brand"),
        permission="house.settings",
    )


def _domain_missing(brand: Brand | None) -> str | Promise:
    if brand is None:
        return _("a brand")
    return _("a look at the records") if is_ready(brand) is None else _("some of the records")


def _relay_missing(relays: Sequence[Relay]) -> Sequence[str | Promise]:
    if not relays:
        return (_("a relay"),)
    # The mail catcher of a demo counts as a relay, because messages pass the whole sending path there.
    tried = any(one.kind == Relay.Kind.CAPTURE or one.check_result.get("good") is True for one in relays)
    if tried or Message.objects.filter(state=Message.State.SENT).exists():
        return ()
    return (_("a test of the relay"),)


def _test_url(brand: int | None) -> str:
    """Return the page to send a test from: the latest draft's message, else the page for a new campaign."""
    if brand is None:
        return ""
    ready = Campaign.objects.filter(brand=brand, state__in=["draft", "checked"], version__isnull=False)
    latest = ready.order_by("-id").values_list("pk", flat=True).first()
    return f"{reverse('console:campaign', args=[latest])}?tab=message" if latest else reverse("console:campaign-new")


def _was_tested(brand: int | None) -> bool:
    if brand is None:
        return False
    left = Message.objects.filter(dispatch__brand=brand, sent_at__isnull=False)
    tests = left.filter(dispatch__message_class=MessageClass.INTERNAL, dispatch__version__isnull=False)
    return tests.exists() or left.filter(dispatch__message_class=MessageClass.COMMERCIAL).exists()


def steps_left(brand: Brand | None, *, user: User, relays: Sequence[Relay] | None = None) -> list[FirstStep]:
    """Return the steps that Today reminds of: none once all are done or the user has hidden them."""
    if user.console.get(HIDDEN) or not may(user, "house.settings"):
        return []
    return [one for one in list_steps(brand, relays=relays) if not one.done]


def next_step(request: HttpRequest, *, here: str) -> FirstStep | None:
    """Return the next step after the one of this page (`here`), until all are done.

    A skipped optional step does not block the following ones.
    """
    if request.session.get(_ALL_DONE) or not may(staff(request), "house.settings"):
        return None
    left = [one for one in steps_left(read_brand(request), user=staff(request)) if not one.optional]
    if not left:
        request.session[_ALL_DONE] = True
    elsewhere = [one for one in left if one.key != here]
    return elsewhere[0] if elsewhere and elsewhere[0].url else None


@requires("house.settings")
def first_steps(request: HttpRequest) -> HttpResponse:
    """Show the steps, with the next one open."""
    steps = list_steps(read_brand(request))
    following = next((one for one in steps if not one.done), None)
    return show(
        request,
        "console/settings/first_steps.html",
        subject="first-steps",
        steps=steps,
        following=following,
        number_done=sum(one.done for one in steps),
        hidden=staff(request).console.get(HIDDEN, False),
    )


@require_POST
@requires("house.settings")
def toggle_reminder(request: HttpRequest) -> HttpResponse:
    """Hide the reminder on Today, or show it again."""
    user = staff(request)
    with transaction.atomic():
        # Locked, because `console` is one JSON value that other requests change too.
        fresh = User.objects.select_for_update().get(pk=user.pk)
        fresh.console[HIDDEN] = request.POST.get("hide") == "yes"
        fresh.save(update_fields=["console"])
    request.session.pop(_ALL_DONE, None)
    return redirect("console:today" if request.POST.get("hide") == "yes" else "console:first-steps")
