"""Format times for people (own zone, with the installation's or UTC beside it) and for machines."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esmero.web.parts.labels.states import TIME_FORMATS


def format_time_short(at: datetime) -> str:
    """Format a time as short as is clear: the time today, else the day, with the year if it differs."""
    local, now = timezone.localtime(at), timezone.localtime()
    if local.date() == now.date():
        return time_format(local, "H:i")
    return date_format(local, str(TIME_FORMATS["day and month" if local.year == now.year else "short"]))


def format_time(at: datetime | None, form: str = "") -> SafeString | str:
    """Format a time as HTML, by a format of labels/states.py ("" for the shortest that is clear).

    On hover it shows the full time and the other zone.
    """
    if at is None:
        return ""
    said = date_format(timezone.localtime(at), str(TIME_FORMATS[form])) if form else format_time_short(at)
    own = date_format(timezone.localtime(at), str(TIME_FORMATS["second"]))
    title = _("%(own)s · %(other)s") % {"own": own, "other": format_other_zone(at)}
    return format_html('<time datetime="{}" title="{}">{}</time>', at.astimezone(UTC).isoformat(), title, said)


def format_other_zone(at: datetime) -> str:
    """Format a time in the installation's zone, or in UTC for readers in that zone.

    For example "10:14 UTC", with the day if it differs.
    """
    own = timezone.localtime(at)
    house = ZoneInfo(settings.TIME_ZONE)
    there = at.astimezone(house)
    name = _("%(zone)s time") % {"zone": settings.TIME_ZONE.rpartition("/")[2].replace("_", " ")}
    if there.utcoffset() == own.utcoffset():
        there, name = at.astimezone(UTC), "UTC"
    form = "H:i" if there.date() == own.date() else str(TIME_FORMATS["short time"])
    return f"{date_format(there, form)} {name}"
