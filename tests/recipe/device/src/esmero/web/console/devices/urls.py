"""Route the pages of devices."""

from django.urls import path

from esmero.web.console.devices import device_pages

urlpatterns = [
    path("devices/", device_pages.list_devices, name="devices"),
    path("devices/act/", device_pages.act_on_devices, name="devices-act"),
    path("devices/new/", device_pages.edit_device, name="device-new"),
    path("devices/<int:pk>/", device_pages.edit_device, name="device"),
]
