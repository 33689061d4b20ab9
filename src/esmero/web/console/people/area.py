"""Contribute people, segments, organisations, permissions, forms, imports and data requests to the console."""

from django.utils.translation import gettext_lazy as _

from esmero.people.models import Segment
from esmero.web.console.area import Area, MenuPlace, PaletteNames, PaletteSource, StartAction
from esmero.web.console.people.palette import find_people
from esmero.web.console.people.timeline import TIMELINE
from esmero.web.console.people.today import list_data_requests, list_imports
from esmero.web.console.people.undo import UNDOS
from esmero.web.console.people.urls import urlpatterns

AREA = Area(
    name="people",
    urls=urlpatterns,
    places=(
        MenuPlace(subject="people", address="people", words=_("People"), letter="p", icon="users"),
        MenuPlace(subject="segments", address="segments", words=_("Segments"), letter="s", under="people"),
        MenuPlace(
            subject="organisations", address="organisations", words=_("Organisations"), letter="o", under="people"
        ),
        MenuPlace(subject="permissions", address="permissions", words=_("Permissions"), letter="h", under="people"),
        MenuPlace(subject="duplicates", address="duplicates", words=_("Duplicates"), letter="d", under="people"),
        MenuPlace(subject="forms", address="forms", words=_("Forms"), letter="f", under="people"),
        MenuPlace(subject="imports", address="imports", words=_("Imports"), letter="i", under="people"),
        MenuPlace(
            subject="data-requests", address="data-requests", words=_("Data requests"), letter="q", under="people"
        ),
    ),
    starts=(
        StartAction(rank=20, address="import-new", words=_("Import a list"), permission="people.import"),
        StartAction(rank=30, address="segment-new", words=_("New segment"), permission="campaigns.write"),
        StartAction(rank=40, address="form-new", words=_("New form"), permission="campaigns.write"),
    ),
    searches=(PaletteSource(title=_("People"), find=find_people),),
    names=(PaletteNames(kind="segment", title=_("Segment"), rows=lambda _brand: Segment.objects.all()),),
    undos=UNDOS,
    timeline=TIMELINE,
    today={20: list_data_requests},
    running=(list_imports,),
)
