"""Define the lists of DMARC aggregate reports: sources, reports, and the rows of a source or report."""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import NUMBER, Column, Moment, Words
from esmero.lists.filters import Filter, Labelled, Rows
from esmero.lists.listing import Listing
from esmero.mailroom.models import DmarcReportRow

_ADDRESS = re.compile(r"[0-9a-f.:]*[0-9:][0-9a-f.:]*")


def _with_status(rows: Rows, value: str) -> Rows:
    if value == "fails":
        return rows.filter(aligned=0)
    if value == "partly":
        return rows.filter(aligned__gt=0, aligned__lt=F("total"))
    return rows.filter(aligned__gte=F("total"))


def _find(rows: Rows, text: str) -> Rows:
    begins = text.lower()
    if _ADDRESS.fullmatch(begins):
        return rows.filter(source__startswith=begins)
    return rows.filter(host__contains=begins)


def _number(key: str, title: Words, *, field: str = "", label: Words, **more: Any) -> Column:
    """Return a column of numbers that stands in a file as it is."""

    def read(row: Any) -> int:
        return int(getattr(row, field or key))

    return Column(key=key, title=title, value=read, shape=NUMBER, file_value=read, numeric=True, label=label, **more)


def list_sources(spans: Sequence[Labelled]) -> Listing:
    """Return the listing of the machines that send in a domain's name; `spans` are the periods of its chart."""
    return Listing(
        page="senders",
        order="-total",
        search=_find,
        search_title=_("Machine"),
        columns=(
            Column(
                key="source",
                title=_("Machine"),
                value=lambda row: row.source,
                file_value=lambda row: row.source,
                head=True,
            ),
            Column(key="host", title=_("Name in the DNS"), value=lambda row: row.host, shown=False),
            Column(key="state", title=_("State"), value=lambda row: row.aligned),
            Column(key="by", title=_("Signed or sent as"), value=lambda row: row.signed_by or row.envelope, quiet=True),
            _number("total", _("Mails"), label=_("mails"), order=("total", "id")),
            _number("passed", _("Passed"), field="aligned", label=_("passed")),
            _number("dkim", _("by DKIM"), label=_("by DKIM"), quiet=True),
            _number("spf", _("by SPF"), label=_("by SPF"), quiet=True),
            Column(
                key="first",
                title=_("First seen"),
                value=lambda row: row.first_on,
                file_value=lambda row: row.first_on,
                quiet=True,
                shown=False,
            ),
            Column(
                key="last",
                title=_("Last seen"),
                value=lambda row: row.last_on,
                file_value=lambda row: row.last_on,
                order=("last_on", "id"),
                quiet=True,
                label=_("last seen"),
            ),
        ),
        filters=(
            Filter(
                key="stand",
                title=_("State"),
                every=_("Every state"),
                choices=lambda: [("fails", _("fails")), ("partly", _("passes in part")), ("passes", _("passes"))],
                apply=_with_status,
            ),
            Filter(
                key="since",
                title=_("Picture of"),
                every=_("30 days"),
                choices=lambda: spans,
                apply=lambda rows, _value: rows,  # the rows already cover the period of the chart
            ),
        ),
    )


REPORTS = Listing(
    page="dmarc-reports",
    order="-begin",
    columns=(
        Column(
            key="from",
            title=_("Receiver"),
            value=lambda row: row.organisation or row.report_id or gettext("without a name"),
            file_value=lambda row: row.organisation,
            head=True,
        ),
        Column(
            key="begin",
            title=_("From"),
            value=lambda row: row.begin,
            shape=Moment("short time"),
            order=("begin", "id"),
            quiet=True,
        ),
        Column(key="end", title=_("Until"), value=lambda row: row.end, shape=Moment("short time"), quiet=True),
        _number("total", _("Mails"), label=_("mails")),
        _number("passed", _("Passed"), field="aligned", label=_("passed")),
        Column(
            key="policy", title=_("Policy seen"), value=lambda row: f"p={row.policy}" if row.policy else "", quiet=True
        ),
    ),
)


def list_report_rows(page: str, first: Column) -> Listing:
    """Return the listing of rows of reports; `first` is the column that names a row."""
    return Listing(
        page=page,
        order="-id",
        columns=(
            first,
            _number("count", _("Mails"), label=_("mails")),
            Column(key="dkim", title="DKIM", value=lambda row: row.dkim, label="DKIM"),
            Column(key="spf", title="SPF", value=lambda row: row.spf, label="SPF"),
            Column(key="did", title=_("The receiver"), value=_describe_disposition),
            Column(key="header", title=_("In the From line"), value=lambda row: row.header_from, quiet=True),
            Column(
                key="why",
                title=_("Its reasons"),
                value=lambda row: ", ".join(map(str, row.reasons)),
                quiet=True,
                shown=False,
            ),
            Column(key="id", title=_("Number"), value=lambda row: row.pk, order=("id",), quiet=True, shown=False),
        ),
    )


def _describe_disposition(row: DmarcReportRow) -> str:
    words = {
        "none": gettext("let it in"),
        "quarantine": gettext("put it aside"),
        "reject": gettext("refused it"),
        "pass": gettext("let it in"),
    }
    return words.get(row.disposition, row.disposition)
