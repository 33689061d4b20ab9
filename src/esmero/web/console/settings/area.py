"""Contribute background work, the settings of the installation and one's own to the console."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from esmero.web.console.area import Area, MenuPlace
from esmero.web.console.settings.today import list_failed_jobs, list_failing_mailboxes, list_messages_in_doubt
from esmero.web.console.settings.urls import urlpatterns

_Below = partial(MenuPlace, under="settings")

AREA = Area(
    name="settings",
    urls=urlpatterns,
    places=(
        MenuPlace(subject="work", address="work", words=_("Work"), letter="w", icon="list-checks", apart=True),
        MenuPlace(subject="settings", address="settings", words=_("Settings"), letter="e", apart=True),
        _Below(subject="brands", address="brands", words=_("Brands"), letter="1", permission="house.settings"),
        _Below(subject="relays", address="relays", words=_("Relays"), letter="2", permission="house.settings"),
        _Below(subject="mailboxes", address="mailboxes", words=_("Mailboxes"), letter="0", permission="house.settings"),
        _Below(subject="hooks", address="hooks", words=_("Webhooks"), letter="b", permission="house.settings"),
        _Below(subject="fields", address="fields", words=_("Own fields"), letter="3", permission="house.settings"),
        _Below(subject="team", address="team", words=_("Team"), letter="4", permission="staff.manage"),
        _Below(subject="audit", address="audit", words=_("Audit log"), letter="5", permission="house.settings"),
        _Below(subject="profiles", address="profiles", words=_("Countries’ rules"), letter="6"),
        _Below(
            subject="retention",
            address="retention",
            words=_("Terms of storage"),
            letter="8",
            permission="house.settings",
        ),
        _Below(
            subject="records",
            address="records",
            words=_("Records of processing"),
            letter="9",
            permission="house.settings",
        ),
        _Below(subject="own", address="own", words=_("Your settings"), letter="7"),
    ),
    today={30: list_failing_mailboxes, 60: list_messages_in_doubt, 70: list_failed_jobs},
)
