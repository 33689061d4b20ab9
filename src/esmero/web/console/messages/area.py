"""Contribute campaigns, templates, topics, letters, norms and pictures to the console."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import count_running
from esmero.content.models import Template
from esmero.house.models import Brand
from esmero.web.console.area import Area, MenuPlace, PaletteNames, StartAction
from esmero.web.console.messages.timeline import TIMELINE
from esmero.web.console.messages.today import list_campaigns, list_held_messages
from esmero.web.console.messages.undo import UNDOS
from esmero.web.console.messages.urls import urlpatterns


def _count(brand: Brand) -> str:
    running = count_running(brand=brand)
    return ngettext("%(running)s running", "%(running)s running", running) % {"running": running} if running else ""


AREA = Area(
    name="messages",
    urls=urlpatterns,
    places=(
        MenuPlace(subject="campaigns", address="campaigns", words=_("Messages"), letter="m", icon="send", count=_count),
        MenuPlace(subject="templates", address="templates", words=_("Templates"), letter="l", under="campaigns"),
        MenuPlace(subject="topics", address="topics", words=_("Topics"), letter="y", under="campaigns"),
        MenuPlace(subject="letters", address="letters", words=_("Letters"), letter="u", under="campaigns"),
        MenuPlace(subject="norms", address="norms", words=_("Norms"), letter="n", under="campaigns"),
        MenuPlace(subject="media", address="media", words=_("Pictures"), letter="g", under="campaigns"),
    ),
    starts=(
        StartAction(rank=10, address="campaign-new", words=_("New message"), permission="campaigns.write"),
        StartAction(rank=50, address="template-new", words=_("New template"), permission="campaigns.write"),
    ),
    names=(
        PaletteNames(kind="campaign", title=_("Campaign"), rows=lambda brand: Campaign.objects.filter(brand=brand)),
        PaletteNames(kind="template", title=_("Template"), rows=lambda brand: Template.objects.filter(brand=brand)),
    ),
    undos=UNDOS,
    timeline=TIMELINE,
    today={10: list_held_messages},
    running=(list_campaigns,),
)
