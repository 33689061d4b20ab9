"""List the permission ledger and the suppressions of addresses."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.lists.filters import Rows
from esmero.people.models import PermissionEntry, Suppression
from esmero.people.permissions.listing import PERMISSIONS, SUPPRESSIONS
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import read_brand
from esmero.web.parts.components.times import format_time_short


def _draw_proof(row: PermissionEntry) -> str | SafeString:
    if row.proof_id is None:
        return row.proof_place
    url = reverse("console:proof", args=[row.person_id, row.pk])
    return format_html('<a href="{}">{}</a>', url, row.proof_place or _("file"))


def _describe_lifting(row: Suppression) -> str:
    """Describe how a suppressed address can become usable again."""
    if row.lifted_at:
        return _("lifted on %(day)s") % {"day": format_time_short(row.lifted_at)}
    if row.until:
        return _("ends by itself on %(day)s") % {"day": format_time_short(row.until)}
    if row.reason == "erased":
        return _("none: the person was erased")
    if row.scope == Suppression.Scope.COMMERCIAL:
        return _("on their page, when they ask for it")
    return _("a new address, or lifted on their page")


def _entries(request: HttpRequest) -> Rows:
    """Return the ledger of the current brand."""
    brand = read_brand(request)
    rows = PermissionEntry.objects.filter(brand=brand.pk if brand else 0)
    return rows.select_related("person", "topic", "purpose", "brand", "proof")


permissions = list_view(
    ListView(
        listing=PERMISSIONS,
        rows=_entries,
        subject="permissions",
        template="console/people/permissions.html",
        drawn={"proof": _draw_proof},
        empty=(
            gettext_lazy("The ledger is empty"),
            gettext_lazy(
                "What people allow and take back will stand here, each with its proof: from lists, forms and mails."
            ),
        ),
        begin=("import-new", gettext_lazy("Import a list")),
    )
)
# The rows hold keyed hashes, so that the page reveals no address.
suppressions = list_view(
    ListView(
        listing=SUPPRESSIONS,
        rows=lambda _request: Suppression.objects.select_related("brand"),
        subject="permissions",
        template="console/people/silences.html",
        drawn={"back": _describe_lifting},
        empty=(
            gettext_lazy("No address is silent"),
            gettext_lazy(
                "An address falls silent when mail to it returns for good, when somebody complains, or when you say so."
            ),
        ),
        begin=("people", gettext_lazy("Go to the people")),
    )
)
