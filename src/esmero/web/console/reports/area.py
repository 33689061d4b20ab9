"""Contribute the reports to the console."""

from django.utils.translation import gettext_lazy as _

from esmero.web.console.area import Area, MenuPlace
from esmero.web.console.reports.urls import urlpatterns

AREA = Area(
    name="reports",
    urls=urlpatterns,
    places=(MenuPlace(subject="reports", address="reports", words=_("Reports"), letter="z"),),
)
