"""Contribute devices to the console."""

from django.utils.translation import gettext_lazy as _

from esmero.devices.models import Device
from esmero.web.console.area import Area, MenuPlace, PaletteNames, StartAction
from esmero.web.console.devices.timeline import TIMELINE
from esmero.web.console.devices.undo import UNDOS
from esmero.web.console.devices.urls import urlpatterns

AREA = Area(
    name="devices",
    urls=urlpatterns,
    places=(MenuPlace(subject="devices", address="devices", words=_("Devices"), letter="v", under="people"),),
    starts=(StartAction(rank=70, address="device-new", words=_("Lend a device"), permission="people.change"),),
    names=(PaletteNames(kind="device", title=_("Device"), rows=lambda _brand: Device.objects.all()),),
    undos=UNDOS,
    timeline=TIMELINE,
)
