"""List devices, lend and change them, and take them back."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from esmero.devices.editing import change_device, find_borrower, give_back, lend
from esmero.devices.listing import DEVICES
from esmero.devices.models import Device
from esmero.lists.filters import Rows
from esmero.web.console.access import staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view
from esmero.web.console.generic_pages.list_pages import BulkAct, ListView, act_view, list_view
from esmero.web.console.undo.toast import offer_undo


class DeviceForm(forms.Form):
    """Lend or change a device."""

    person = forms.CharField(label=_("Lent to"), max_length=320, help_text=_("The number or the address of a person."))
    name = forms.CharField(label=_("Device"), max_length=120)
    serial_number = forms.CharField(label=_("Serial number"), max_length=80)
    lent_on = forms.DateField(
        label=_("Lent on"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=timezone.localdate,
    )

    def __init__(self, data: Any, *, device: Device | None) -> None:
        names = ("name", "serial_number", "lent_on")
        super().__init__(data, initial={name: getattr(device, name) for name in names} if device else {})
        if device is not None:
            del self.fields["person"]


def _save(edit: Edit[Device]) -> Device:
    given = edit.given
    if edit.row is not None:
        return change_device(edit.row, **given, by=edit.by, seen=edit.seen)
    return lend(find_borrower(given.pop("person")), **given, by=edit.by)


def _give_back(request: HttpRequest, picked: Rows, _value: str) -> None:
    devices = list(picked.filter(given_back_on=None))
    for device in devices:
        give_back(device, on=timezone.localdate(), by=staff(request))
    words = ngettext("One device is back.", "%(number)s devices are back.", len(devices)) % {"number": len(devices)}
    offer_undo(request, words, kind="devices-given-back", devices=[device.pk for device in devices])


LIST = ListView(
    listing=DEVICES,
    rows=lambda _request: Device.objects.select_related("person"),
    subject="devices",
    title=_("Devices"),
    lead=_("Equipment that is lent to people: routers, telephones."),
    up=("people", _("People")),
    new=("device-new", _("Lend a device")),
    new_right="people.change",
    empty=(_("No device is lent"), _("A device that is lent to somebody stands here until they give it back.")),
    acts=(BulkAct(value="give-back", title=_("Given back today"), permission="people.change", run=_give_back),),
    acts_address="devices-act",
)
list_devices = list_view(LIST)
act_on_devices = act_view(LIST)
edit_device = edit_view(
    EditView(
        rows=Device.objects.all,
        subject="devices",
        right="people.change",
        form=lambda _request, data, device: DeviceForm(data, device=device),
        save=_save,
        above=(("devices", _("Devices")),),
        new=_("Lend a device"),
        name=lambda device: device.name,
        fields={
            "device-serial-taken": "serial_number",
            "device-person-unknown": "person",
            "device-days-reversed": "lent_on",
        },
    )
)
