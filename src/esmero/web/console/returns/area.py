"""Contribute returned mail, suppressed addresses and address proposals to the console."""

from django.utils.translation import gettext_lazy as _

from esmero.web.console.area import Area, MenuPlace
from esmero.web.console.returns.today import list_proposals, list_unread_mail
from esmero.web.console.returns.undo import UNDOS
from esmero.web.console.returns.urls import urlpatterns

AREA = Area(
    name="returns",
    urls=urlpatterns,
    places=(MenuPlace(subject="returns", address="returns", words=_("Returns"), letter="r"),),
    undos=UNDOS,
    today={40: list_unread_mail, 50: list_proposals},
)
