"""Format times for people (own zone, with the installation's or UTC beside it) and for machines."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

# Formats of Django's date filter; translators adapt them to their language.
TIME_FORMATS: Mapping[str, str | Promise] = {
    "day": pgettext_lazy("date format", "j F Y"),
    "weekday": pgettext_lazy("date format", "l j F Y"),
    "today": pgettext_lazy("date format", "l j F"),
    "time": pgettext_lazy("date format", "j F Y, H:i"),
    "second": pgettext_lazy("date format", "j F Y, H:i:s"),
    "weekday, time": pgettext_lazy("date format", "l j F Y, H:i"),
    "short": pgettext_lazy("date format", "j M Y"),
    "clock": pgettext_lazy("date format", "H:i"),
    "day and month": pgettext_lazy("date format", "j M"),
    "short time": pgettext_lazy("date format", "j M H:i"),
}


def format_time_short(at: datetime) -> str:
    """Format a time as short as is clear: the time today, else the day, with the year if it differs."""
    local, now = timezone.localtime(at), timezone.localtime()
    if local.date() == now.date():
        return time_format(local, "H:i")
    return date_format(local, str(TIME_FORMATS["day and month" if local.year == now.year else "short"]))


def format_time(at: datetime | date | None, form: str = "") -> SafeString | str:
    """Format a time or a day as HTML, by one of TIME_FORMATS ("" for the shortest that is clear).

    On hover a time shows its full form and the other zone; a day is the same in every zone.
    """
    if at is None:
        return ""
    if not isinstance(at, datetime):
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), _format_day(at, form))
    said = date_format(timezone.localtime(at), str(TIME_FORMATS[form])) if form else format_time_short(at)
    own = date_format(timezone.localtime(at), str(TIME_FORMATS["second"]))
    title = _("%(own)s · %(other)s") % {"own": own, "other": format_other_zone(at)}
    return format_html('<time datetime="{}" title="{}">{}</time>', at.astimezone(UTC).isoformat(), title, said)


def _format_day(day: date, form: str) -> str:
    short = "day and month" if day.year == timezone.localdate().year else "short"
    return date_format(day, str(TIME_FORMATS[form or short]))


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
