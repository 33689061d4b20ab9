"""Contribute the mail catcher of the demo to the console."""

from django.utils.translation import gettext_lazy as _

from esmero.web.console.area import Area, MenuPlace
from esmero.web.console.catcher.urls import urlpatterns

AREA = Area(
    name="catcher",
    urls=urlpatterns,
    places=(
        MenuPlace(subject="catcher", address="catcher", words=_("Mail catcher"), letter="k", apart=True, demo=True),
    ),
)
