"""List campaigns: state, progress, and rates with confidence intervals."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import campaign_rows
from esmero.house.roles import may
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import read_brand
from esmero.web.parts.components.rates import format_estimate, format_number, format_share
from esmero.web.parts.components.tables import Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import on, said, state
from esmero.web.parts.labels.states import CAMPAIGN


def _name(row: Campaign) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:campaign", args=[row.pk]), row.name)


def _left(row: Any) -> str:
    if row.left is None:
        return ""
    to_get = int(row.counts.get("go", 0)) + int(row.counts.get("wait", 0))
    whole = max(to_get, row.left)
    return _("%(left)s of %(total)s") % {"left": format_number(row.left), "total": format_number(whole)}


def _rate(row: Any, part: int | None) -> str:
    if not row.left:
        return ""
    return f"{format_number(part or 0)} · {format_estimate(part or 0, row.left)}"


def _find(rows: Rows, text: str) -> Rows:
    return rows.filter(name__icontains=text)


CAMPAIGNS = Listing(
    page="campaigns",
    order="-made",
    search=_find,
    search_title=gettext_lazy("Name"),
    columns=(
        TableColumn(
            key="name",
            title=gettext_lazy("Name"),
            cell=_name,
            plain=lambda row: row.name,
            order=("name", "id"),
            head=True,
        ),
        TableColumn(key="state", title=gettext_lazy("State"), cell=lambda row: state("campaign", row.state)),
        TableColumn(key="topic", title=gettext_lazy("Topic"), cell=lambda row: said(row.topic.name)),
        TableColumn(
            key="segment",
            title=gettext_lazy("To whom"),
            cell=lambda row: row.segment.name if row.segment else "",
            shown=False,
        ),
        TableColumn(
            key="left",
            title=gettext_lazy("Sent"),
            cell=_left,
            plain=lambda row: row.left,
            numeric=True,
            label=gettext_lazy("sent"),
        ),
        TableColumn(
            key="good",
            title=gettext_lazy("Returned for good"),
            cell=lambda row: (
                f"{format_number(row.good or 0)} · {format_share(row.good or 0, row.left)}" if row.left else ""
            ),
            plain=lambda row: row.good,
            numeric=True,
            label=gettext_lazy("returned"),
        ),
        TableColumn(
            key="clicked",
            title=gettext_lazy("Human click"),
            cell=lambda row: _rate(row, row.clicked),
            plain=lambda row: row.clicked,
            numeric=True,
            label=gettext_lazy("clicked"),
        ),
        TableColumn(
            key="answered",
            title=gettext_lazy("Answered"),
            cell=lambda row: _rate(row, row.answered),
            plain=lambda row: row.answered,
            numeric=True,
            label=gettext_lazy("answered"),
            shown=False,
        ),
        TableColumn(
            key="made",
            title=gettext_lazy("Made"),
            cell=lambda row: on(row.created_at, "short"),
            plain=lambda row: row.created_at.isoformat(),
            order=("id",),
            numeric=True,
            quiet=True,
        ),
    ),
    filters=(
        Filter(
            key="state",
            title=gettext_lazy("State"),
            every=gettext_lazy("Every state"),
            choices=lambda: [(value, word.text) for value, word in CAMPAIGN.items()],
            apply=lambda rows, value: rows.filter(state=value),
        ),
    ),
)


@requires()
def campaigns(request: HttpRequest) -> HttpResponseBase:
    """Show a page of the brand's campaigns."""
    brand = read_brand(request)
    rows = campaign_rows(brand=brand) if brand else Campaign.objects.none()
    writes = may(staff(request), "campaigns.write")
    return answer_list(
        request,
        "console/messages/campaigns.html",
        listing=CAMPAIGNS,
        rows=rows,
        subject="campaigns",
        empty_title=_("No campaign yet"),
        empty_text=_(
            "Say what you want to say, to whom, and why it is worth their time. Before anything leaves you see who will"
            " get it, who will not, and for which reason."
        ),
        empty_url=reverse("console:campaign-new") if writes else "",
        empty_action=_("New message"),
    )
