"""Manage issuers, the companies behind the brands: list, form, number series."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.editing.row_versions import StaleWrite
from esmero.house.issuers.editing import save_issuer
from esmero.house.issuers.number_series import SeriesHeadTaken, SeriesStarted, open_series, write_number
from esmero.house.models import Brand, Issuer, NumberSeries
from esmero.postal_address import PostalAddress
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import show
from esmero.web.console.settings.issuers.issuer_form import IssuerForm, SeriesForm
from esmero.web.parts.components.stale_notes import StaleNote, compare_forms, read_seen
from esmero.web.parts.components.tables import Listing, TableColumn
from esmero.web.refusals.say import say


def _name(issuer: Issuer) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:issuer", args=[issuer.pk]), issuer)


ISSUERS = Listing(
    page="issuers",
    order="name",
    columns=(
        TableColumn(
            key="name",
            title=gettext_lazy("Name"),
            cell=_name,
            plain=lambda one: one.name,
            order=("name", "id"),
            head=True,
        ),
        TableColumn(key="tax", title=gettext_lazy("Tax number"), cell=lambda one: one.tax_id or "–"),
        TableColumn(
            key="address",
            title=gettext_lazy("Postal address"),
            cell=lambda one: PostalAddress.read(one.postal_address).as_line() or "–",
            quiet=True,
        ),
        TableColumn(
            key="brands",
            title=gettext_lazy("Brands"),
            cell=lambda one: ", ".join(brand.name for brand in one.behind) or "–",
        ),
    ),
)


@requires("house.settings")
def issuers(request: HttpRequest) -> HttpResponseBase:
    """List the issuers with their brands."""
    new = reverse("console:issuer-new")
    behind = Prefetch("brands", queryset=Brand.objects.order_by("name", "id"), to_attr="behind")
    return answer_list(
        request,
        "console/settings/list.html",
        listing=ISSUERS,
        rows=Issuer.objects.prefetch_related(behind),
        subject="brands",
        up=_("Settings"),
        up_url=reverse("console:settings"),
        title=_("Companies"),
        lead=_("The legal entities behind the brands: they conclude contracts and issue invoices."),
        new_url=new,
        new=_("New company"),
        empty_title=_("No company yet"),
        empty_text=_("A company has a registered name, a tax number, an address and a bank account."),
        empty_url=new,
        empty_action=_("New company"),
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
