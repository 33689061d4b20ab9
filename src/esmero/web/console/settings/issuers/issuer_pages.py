"""Manage issuers, the companies behind the brands: list, form, number series."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.issuers.editing import save_issuer
from esmero.house.issuers.listing import ISSUERS, listed_issuers
from esmero.house.issuers.number_series import SeriesHeadTaken, SeriesStarted, open_series, write_number
from esmero.house.models import Brand, Issuer, NumberSeries
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view, show_edit
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.settings.issuers.issuer_form import IssuerForm, SeriesForm
from esmero.web.refusals.say import say

issuers = list_view(
    ListView(
        listing=ISSUERS,
        rows=lambda _request: listed_issuers(),
        subject="brands",
        right="house.settings",
        up=("settings", gettext_lazy("Settings")),
        title=gettext_lazy("Companies"),
        lead=gettext_lazy("The legal entities behind the brands: they conclude contracts and issue invoices."),
        new=("issuer-new", gettext_lazy("New company")),
        empty=(
            gettext_lazy("No company yet"),
            gettext_lazy("A company has a registered name, a tax number, an address and a bank account."),
        ),
    )
)


def _save(edit: Edit[Issuer]) -> Issuer:
    return save_issuer(edit.row or Issuer(), facts=edit.form.facts(), by=edit.by, seen=edit.seen)


def _describe_issuer(_request: HttpRequest, issuer: Issuer | None) -> Mapping[str, Any]:
    if issuer is None:
        return {}
    series = NumberSeries.objects.filter(issuer=issuer).order_by("-year", "prefix")
    return {
        "issuer": issuer,
        "series": [(one, write_number(one, one.next_number)) for one in series],
        "series_form": SeriesForm(),
        "issuer_brands": list(Brand.objects.filter(issuer=issuer).order_by("name")),
    }


VIEW = EditView(
    rows=Issuer.objects.all,
    subject="brands",
    right="house.settings",
    form=lambda _request, data, issuer: IssuerForm(data, issuer=issuer),
    save=_save,
    above=(("settings", gettext_lazy("Settings")), ("issuers", gettext_lazy("Companies"))),
    new=gettext_lazy("New company"),
    lead=gettext_lazy("It concludes contracts and issues invoices in the name of its brands."),
    go=lambda issuer: ("issuer", (issuer.pk,)),
    facts=_describe_issuer,
    beside="console/settings/issuer_beside.html",
    wide=True,
)
edit_issuer = edit_view(VIEW)


@require_POST
@requires("house.settings")
def open_number_series(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a number series of an issuer."""
    issuer = get_object_or_404(Issuer, pk=pk)
    form = SeriesForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            series = open_series(
                issuer, prefix=given["series"], year=given["year"] or 0, first=given["first"], by=staff(request)
            )
        except SeriesStarted as refusal:
            form.add_error("first", say(refusal))
        except SeriesHeadTaken as refusal:
            form.add_error("series", say(refusal))
        else:
            number = write_number(series, series.next_number)
            messages.success(request, _("The next number of this series is %(number)s.") % {"number": number})
            return redirect("console:issuer", pk=pk)
    return show_edit(request, VIEW, form=IssuerForm(issuer=issuer), row=issuer, series_form=form)
