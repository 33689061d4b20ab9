"""Manage brands: list, form, and a preview of the reader's view."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from esmero.house.brands import save_brand
from esmero.house.editing.row_versions import StaleWrite
from esmero.house.issuers.editing import find_or_create_issuer
from esmero.house.issuers.listing import list_brands
from esmero.house.jurisdictions import all_profiles
from esmero.house.models import Brand, Issuer
from esmero.mailroom.composing.compiled_templates import write_footer
from esmero.outbox.domain_readiness import is_ready
from esmero.vault.uploads import keep_upload
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import show, show_part
from esmero.web.console.settings.brands.brand_form import BrandForm
from esmero.web.parts.components.brand_colours import explain_colour, style_sheet
from esmero.web.parts.components.stale_notes import StaleNote, compare_forms, read_seen
from esmero.web.parts.components.template_tags import chip
from esmero.web.parts.files.serving import serve_stored
from esmero.web.parts.labels.states import LANGUAGE_NAMES
from esmero.web.parts.row_ids import read_row_id
from esmero.web.refusals.say import say


def readiness_chip(brand: Brand) -> SafeString:
    """Return a chip that tells whether the domain's records are published."""
    ready = is_ready(brand)
    if ready is None:
        return chip("plain", _("not looked at yet"))
    return chip("kept", _("ready")) if ready else chip("wait", _("records are missing"))


def _draw_domain(brand: Brand) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:domain", args=[brand.pk]), readiness_chip(brand))


brands = list_view(
    ListView(
        listing=lambda: list_brands({code: profile.name for code, profile in all_profiles().items()}),
        rows=lambda _request: Brand.objects.all(),
        subject="brands",
        right="house.settings",
        up=("settings", gettext_lazy("Settings")),
        title=gettext_lazy("Brands"),
        lead=gettext_lazy(
            "The names under which this house writes. Each has its own sender, domain, permissions and colour."
        ),
        drawn={"domain": _draw_domain},
        new=("brand-new", gettext_lazy("New brand")),
        empty=(
            gettext_lazy("No brand yet"),
            gettext_lazy("A brand is a name to write under, with an address, a phone number and a postal address."),
        ),
    )
)


@requires("house.settings")
def edit_brand(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create or change a brand; continue with its domain."""
    brand = get_object_or_404(Brand, pk=pk) if pk else None
    form = BrandForm(request.POST or None, request.FILES or None, brand=brand)
    stale = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, brand=brand)
        except StaleWrite as refusal:
            brand = get_object_or_404(Brand, pk=pk)
            stale = StaleNote(words=say(refusal), differences=compare_forms(form, theirs=BrandForm(brand=brand)))
            saved = None
        if saved is not None:
            messages.success(request, _("“%(name)s” is kept.") % {"name": saved})
            return redirect("console:brand-edit" if brand else "console:domain", pk=saved.pk)
    facts = {**form.initial, **({key: request.POST[key] for key in form.fields if key in request.POST})}
    return show(
        request,
        "console/settings/brand.html",
        subject="brands",
        edited=brand,
        form=form,
        stale=stale,
        readiness=readiness_chip(brand) if brand else "",
        **_preview_facts(facts, brand=brand),
    )


def _save(request: HttpRequest, form: BrandForm, *, brand: Brand | None) -> Brand | None:
    facts = form.facts()
    logo = form.cleaned_data.get("logo")
    try:
        with transaction.atomic():
            if logo is not None:
                facts["logo"] = keep_upload(logo)
            if isinstance(facts.get("issuer"), str):
                name = facts["issuer"].strip()
                facts["issuer"] = find_or_create_issuer(name, by=staff(request)) if name else None
            seen = read_seen(request.POST, otherwise=brand.row_version) if brand else None
            return save_brand(brand or Brand(), facts=facts, by=staff(request), seen=seen)
    except ValidationError as invalid:
        for name, faults in invalid.message_dict.items():
            form.add_error(name if name in form.fields else None, faults)
    return None


@require_POST
@requires("house.settings")
def preview_brand(request: HttpRequest) -> HttpResponse:
    """Render the reader's view of the current form values."""
    brand = Brand.objects.filter(pk=read_row_id(request.POST.get("pk"))).first()
    return show_part(request, "console/settings/brand.html#preview", **_preview_facts(request.POST.dict(), brand=brand))


@require_safe
@requires("house.settings")
def preview_colours(request: HttpRequest) -> HttpResponse:
    """Return the style sheet of the preview in the chosen colour, scoped to the preview."""
    sheet = style_sheet(f"#{request.GET.get('colour', '')}", scope=".preview")
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


@require_safe
@requires()
def logo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return a brand's logo."""
    brand = get_object_or_404(Brand.objects.select_related("logo").exclude(logo=None), pk=pk)
    assert brand.logo is not None
    return serve_stored(request, brand.logo, permission="house.read", shown=True)


def _find_issuer(facts: dict[str, Any]) -> Issuer | None:
    """Return the issuer chosen or named in the form, or that of the brand."""
    chosen = facts.get("issuer")
    if isinstance(chosen, Issuer):
        return chosen
    text = str(chosen or "").strip()
    found = Issuer.objects.filter(pk=read_row_id(text)).first()
    return found or (Issuer(name=text) if text else None)


def _preview_facts(facts: dict[str, Any], *, brand: Brand | None) -> dict[str, Any]:
    """Return the preview's facts from form values, complete or not."""
    colour = str(facts.get("colour") or "#0e5c59")
    seen = {key: str(facts.get(key) or "").strip() for key in ("phone", "postal_address", "sender_address")}
    seen["name"] = str(facts.get("name") or "").strip() or _("Name of the brand")
    seen["sender_name"] = str(facts.get("sender_name") or "").strip() or seen["name"]
    language = str(facts.get("language") or "")
    spoken = language if language in dict(LANGUAGE_NAMES) else get_language() or "en"
    unsaved = Brand(**{key: seen[key] for key in ("name", "phone", "postal_address")}, issuer=_find_issuer(facts))
    with override(spoken):
        foot = write_footer(unsaved, reason="…", leave=True)
        lines = [foot.sender, foot.reason, foot.phone, foot.postal]
        lines.append(f"{foot.why_label} · {foot.preferences_label} · {foot.unsubscribe_label}")
    return {
        "seen": seen,
        "foot": [line for line in lines if line],
        "spoken": spoken,
        "colour": colour.removeprefix("#"),
        "corrected": explain_colour(colour),
        "previewed": brand,
    }
