"""Contribute the conversations with people to the console."""

from django.utils.translation import gettext_lazy as _

from esmero.conversations.queries import count_waiting
from esmero.house.models import Brand
from esmero.web.console.area import Area, MenuPlace
from esmero.web.console.conversations.timeline import TIMELINE
from esmero.web.console.conversations.urls import urlpatterns


def _count(brand: Brand) -> str:
    return str(count_waiting(brand=brand) or "")


AREA = Area(
    name="conversations",
    urls=urlpatterns,
    places=(
        MenuPlace(
            subject="conversations",
            address="conversations",
            words=_("Conversations"),
            letter="c",
            icon="message-square",
            short=_("Replies"),
            count=_count,
        ),
    ),
    timeline=TIMELINE,
)
