"""List campaigns: state, progress, and rates with confidence intervals."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.campaigns.listing import CAMPAIGNS
from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import campaign_rows
from esmero.lists.filters import Rows
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import read_brand
from esmero.web.parts.components.rates import format_estimate, format_number, format_share


def _draw_left(row: Any) -> str:
    if row.left is None:
        return ""
    to_get = int(row.counts.get("go", 0)) + int(row.counts.get("wait", 0))
    whole = max(to_get, row.left)
    return _("%(left)s of %(total)s") % {"left": format_number(row.left), "total": format_number(whole)}


def _draw_rate(name: str, form: Callable[[int, int], str]) -> Callable[[Any], str]:
    """Return the function that draws a number of a campaign with its share of what has left."""

    def draw(row: Any) -> str:
        part = getattr(row, name) or 0
        return f"{format_number(part)} · {form(part, row.left)}" if row.left else ""

    return draw


def _campaigns(request: HttpRequest) -> Rows:
    brand = read_brand(request)
    return campaign_rows(brand=brand) if brand else Campaign.objects.none()


campaigns = list_view(
    ListView(
        listing=CAMPAIGNS,
        rows=_campaigns,
        subject="campaigns",
        tab=gettext_lazy("Campaigns"),
        title=gettext_lazy("Messages"),
        lead=gettext_lazy("Campaigns: one message to many, each of them asked for."),
        drawn={
            "left": _draw_left,
            "good": _draw_rate("good", format_share),
            "clicked": _draw_rate("clicked", format_estimate),
            "answered": _draw_rate("answered", format_estimate),
        },
        empty=(
            gettext_lazy("No campaign yet"),
            gettext_lazy(
                "Say what you want to say, to whom, and why it is worth their time. Before anything leaves you see"
                " who will get it, who will not, and for which reason."
            ),
        ),
        new=("campaign-new", gettext_lazy("New message")),
        new_right="campaigns.write",
    )
)
