"""Moments as people read them: in their own zone, with the house's or the world's beside it, and for machines."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esmero.web.parts.labels.states import MOMENTS


def say_shortly(at: datetime) -> str:
    """Say a moment as shortly as it is clear: the time today, else the day, with its year when that is another."""
    local, now = timezone.localtime(at), timezone.localtime()
    if local.date() == now.date():
        return time_format(local, "H:i")
    return date_format(local, str(MOMENTS["day and month" if local.year == now.year else "short"]))


def say_moment(at: datetime | None, form: str = "") -> SafeString | str:
    """Show a moment in a form of words.py ("" for the shortest that is clear); on hover whole, and in the other zone."""
    if at is None:
        return ""
    said = date_format(timezone.localtime(at), str(MOMENTS[form])) if form else say_shortly(at)
    own = date_format(timezone.localtime(at), str(MOMENTS["second"]))
    title = _("%(own)s · %(other)s") % {"own": own, "other": say_other_zone(at)}
    return format_html('<time datetime="{}" title="{}">{}</time>', at.astimezone(UTC).isoformat(), title, said)


def say_other_zone(at: datetime) -> str:
    """Say a moment in the house's zone, or in UTC for whoever lives in that: "10:14 UTC", with the day if it differs."""
    own = timezone.localtime(at)
    house = ZoneInfo(settings.TIME_ZONE)
    there = at.astimezone(house)
    name = _("%(zone)s time") % {"zone": settings.TIME_ZONE.rpartition("/")[2].replace("_", " ")}
    if there.utcoffset() == own.utcoffset():
        there, name = at.astimezone(UTC), "UTC"
    form = "H:i" if there.date() == own.date() else str(MOMENTS["short time"])
    return f"{date_format(there, form)} {name}"
