"""Draw the charts of a campaign: actions of people and machines over time, and the links opened."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from esmero.campaigns.queries import LinkClicks
from esmero.dossier.statistics.dispatch_statistics import HOURS, DispatchStatistics
from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.times import TIME_FORMATS

SHOWN = 10


def chart_acts(figures: DispatchStatistics) -> Chart:
    """Draw the first three days by hour: messages sent, and links opened by people and by machines."""
    counted = {word: figures.below("hour", word) for word in ("left", "person", "machine")}
    hours = [datetime.fromisoformat(f"{key}:00").replace(tzinfo=UTC) for word in counted.values() for key in word]
    begin = min(hours) if hours else timezone.now().replace(minute=0, second=0, microsecond=0)
    last = max(hours) if hours else begin
    number = min(int((last - begin).total_seconds() // 3600) + 2, HOURS + 1)
    every = [begin + timedelta(hours=step) for step in range(number)]
    local = [timezone.localtime(hour) for hour in every]
    keys = [f"{hour:%Y-%m-%dT%H}" for hour in every]
    return Chart(
        title=_("When they acted"),
        first=_("Hour"),
        categories=[f"{hour:%H:%M}" for hour in local],
        heads=[date_format(hour, str(TIME_FORMATS["short time"])) for hour in local],
        series=[
            Series(name=_("opened by people"), values=[counted["person"].get(key, 0) for key in keys], fill=1),
            Series(name=_("by machines"), values=[counted["machine"].get(key, 0) for key in keys], machines=True),
        ],
    )


def chart_links(links: Sequence[LinkClicks]) -> Chart:
    """Draw the most opened links, people and machines side by side."""
    most = links[:SHOWN]
    return Chart(
        title=_("Links by people and machines"),
        first=_("Link"),
        kind="bar",
        categories=[str(place) for place, _link in enumerate(most, start=1)],
        heads=[link.url for link in most],
        series=[
            Series(name=_("people"), values=[link.people for link in most], fill=1),
            Series(name=_("machines"), values=[link.machines for link in most], machines=True),
        ],
    )
