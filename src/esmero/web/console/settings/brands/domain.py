"""Show a brand's domain: records to publish, records found, reasons; and the DKIM key with its successor."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.brands import create_next_key, use_next_key
from esmero.house.models import Brand
from esmero.outbox.domain_readiness import check_readiness, mark_readiness_check, records_for, reports_to, zone_line
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show, show_part, wants_part
from esmero.web.console.settings.first_steps import next_step
from esmero.web.parts.labels import StateLabel
from esmero.work.background import run_in_background

PATIENCE = timedelta(seconds=60)  # a check that takes longer has been lost

TITLES: dict[str, tuple[str | Promise, str | Promise]] = {
    "mx": (
        gettext_lazy("Returns and replies find us (MX)"),
        gettext_lazy(
            "Without it returns are lost: dead addresses are written to again and again, and your name suffers for it."
            " Port 25 of the machine named there must lead to this house’s listener."
        ),
    ),
    "spf": (
        gettext_lazy("Who may send in your name (SPF)"),
        gettext_lazy(
            "Mailbox providers look here whether the machine that brings a mail may do so. Put your relay’s own include"
            " in the place of SPF-OF-YOUR-RELAY; its documentation names it."
        ),
    ),
    "dkim": (
        gettext_lazy("Your signature can be checked (DKIM)"),
        gettext_lazy(
            "This house signs each mail with a secret key; everybody checks it with the public half that stands here."
            " Copy it exactly."
        ),
    ),
    "dkim-next": (
        gettext_lazy("The key that follows (DKIM)"),
        gettext_lazy("Publish it first; only when it is found should the new key sign."),
    ),
    "dmarc": (
        gettext_lazy("What happens to forgeries (DMARC)"),
        gettext_lazy(
            "Says what is to be done with mail in your name that is not from you. Begin with p=none, read the reports,"
            " then quarantine, then reject."
        ),
    ),
    "dmarc-reports": (
        gettext_lazy("Reports may come here (DMARC)"),
        gettext_lazy(
            "Your return domain is another than your senders’. Receivers send it reports only where this record says"
            " that it wants them."
        ),
    ),
    "https": (
        gettext_lazy("Readers’ links are safe (HTTPS)"),
        gettext_lazy(
            "Readers leave, choose and ask at this address. Leaving with one click needs HTTPS (RFC 8058): put a web"
            " server with a certificate in front of this house."
        ),
    ),
}

FOUND: dict[str, StateLabel] = {
    "": StateLabel("kept", gettext_lazy("found")),
    "missing": StateLabel("wait", gettext_lazy("not there yet")),
    "other": StateLabel("broken", gettext_lazy("says something else")),
    "twice": StateLabel("broken", gettext_lazy("stands there twice")),
    "unreachable": StateLabel("broken", gettext_lazy("could not be asked")),
}


@dataclass(frozen=True, slots=True)
class DomainCheck:
    """Describe one required record for the page."""

    key: str
    title: str
    why: str
    name: str
    kind: str
    value: str
    line: str
    look: StateLabel | None
    found: list[str]
    detail: str


@requires("house.settings")
def domain(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the records to publish and those found; htmx polls while a check runs."""
    brand = get_object_or_404(Brand, pk=pk)
    checks = _list_checks(brand)
    context: dict[str, Any] = {
        "edited": brand,
        "checks": checks,
        "good": sum(1 for one in checks if one.look and one.look.look == "kept"),
        "looking": _is_looking(brand),
        "signing": brand.dkim_domain or brand.sender_address.rpartition("@")[2],
        "following": brand.readiness.get("next_selector", ""),
        "following_found": any(one.key == "dkim-next" and one.look and one.look.look == "kept" for one in checks),
        "old_selector": brand.readiness.get("old_selector", ""),
    }
    if wants_part(request):
        return show_part(request, "console/settings/domain.html#checks", **context)
    context["next_step"] = next_step(request, here="domain")
    return show(request, "console/settings/domain.html", subject="brands", **context)


@require_POST
@requires("house.settings")
def act_on_domain(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the records, create the next DKIM key, or activate it."""
    brand = get_object_or_404(Brand, pk=pk)
    act = request.POST.get("act", "")
    if act == "look":
        if not _is_looking(brand):
            mark_readiness_check(brand)
            run_in_background(lambda: check_readiness(Brand.objects.get(pk=pk)), name="look at a domain")
    elif act == "prepare":
        selector = create_next_key(brand, by=staff(request))
        messages.success(
            request, _("The key %(selector)s is made. Publish its record, then look again.") % {"selector": selector}
        )
    elif act == "use":
        if use_next_key(brand, by=staff(request)):
            messages.success(request, _("The new key signs from now on. Leave the old record where it is for a week."))
        else:
            messages.error(request, _("There is no new key yet. Make one first."))
    else:
        raise Http404
    return redirect("console:domain", pk=pk)


def _is_looking(brand: Brand) -> bool:
    since = brand.readiness.get("looking_since")
    return bool(since) and timezone.now() - datetime.fromisoformat(since) < PATIENCE


def _list_checks(brand: Brand) -> list[DomainCheck]:
    found: dict[str, dict[str, Any]] = brand.readiness.get("records") or {}
    checks = []
    for record in records_for(brand, home=settings.HOME):
        line = zone_line(record)
        check = _check(record.key, found, name=record.name, kind=record.kind, value=record.value, line=line)
        if record.key == "dmarc" and check.found and not any(reports_to(brand) in text for text in check.found):
            detail = _("Its reports do not come here. Add mailto:%(address)s to its rua= and they are read for you.")
            check = replace(check, detail=detail % {"address": reports_to(brand)})
        checks.append(check)
    return [*checks, _check("https", found, name=brand.public_url)]


def _check(
    key: str, found: dict[str, dict[str, Any]], *, name: str, kind: str = "", value: str = "", line: str = ""
) -> DomainCheck:
    title, why = TITLES[key]
    one = found.get(key)
    return DomainCheck(
        key=key,
        title=str(title),
        why=str(why),
        name=name,
        kind=kind,
        value=value,
        line=line,
        look=FOUND[one["trouble"]] if one else None,
        found=one["found"] if one else [],
        detail=one["detail"] if one else "",
    )
