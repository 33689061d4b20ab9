"""Manage issuers, the companies behind the brands: list, form, number series."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.editing.row_versions import StaleWrite
from esmero.house.issuers.editing import save_issuer
from esmero.house.issuers.listing import ISSUERS, listed_issuers
from esmero.house.issuers.number_series import SeriesHeadTaken, SeriesStarted, open_series, write_number
from esmero.house.models import Brand, Issuer, NumberSeries
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import ListView, list_view
from esmero.web.console.page_frame import show
from esmero.web.console.settings.issuers.issuer_form import IssuerForm, SeriesForm
from esmero.web.parts.components.stale_notes import StaleNote, compare_forms, read_seen
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


@requires("house.settings")
def edit_issuer(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create or change an issuer."""
    issuer = get_object_or_404(Issuer, pk=pk) if pk else None
    form = IssuerForm(request.POST or None, issuer=issuer)
    stale = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, issuer=issuer)
        except StaleWrite as refusal:
            issuer = get_object_or_404(Issuer, pk=pk)
            stale = StaleNote(words=say(refusal), differences=compare_forms(form, theirs=IssuerForm(issuer=issuer)))
            saved = None
        if saved is not None:
            messages.success(request, _("“%(name)s” is kept.") % {"name": saved})
            return redirect("console:issuer", pk=saved.pk)
    return _show(request, issuer, form=form, series_form=SeriesForm(), stale=stale)


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
    return _show(request, issuer, form=IssuerForm(issuer=issuer), series_form=form, stale=None)


def _save(request: HttpRequest, form: IssuerForm, *, issuer: Issuer | None) -> Issuer | None:
    try:
        seen = read_seen(request.POST, otherwise=issuer.row_version) if issuer else None
        return save_issuer(issuer or Issuer(), facts=form.facts(), by=staff(request), seen=seen)
    except ValidationError as invalid:
        for name, faults in invalid.message_dict.items():
            form.add_error(name if name in form.fields else None, faults)
    return None


def _show(request: HttpRequest, issuer: Issuer | None, **context: Any) -> HttpResponse:
    series = NumberSeries.objects.filter(issuer=issuer).order_by("-year", "prefix") if issuer else ()
    return show(
        request,
        "console/settings/issuer.html",
        subject="brands",
        issuer=issuer,
        series=[(one, write_number(one, one.next_number)) for one in series],
        brands=list(Brand.objects.filter(issuer=issuer).order_by("name")) if issuer else [],
        **context,
    )
