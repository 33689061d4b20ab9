"""Contribute Today itself to the console."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from esmero.web.console.area import Area, MenuPlace
from esmero.web.console.today.page import today

AREA = Area(
    name="today",
    urls=[path("", today, name="today")],
    places=(MenuPlace(subject="today", address="today", words=_("Today"), letter="t", icon="sun"),),
)
