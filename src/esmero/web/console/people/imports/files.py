"""Return the files of an import: they hold personal data, so each download needs a reason for the audit log."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from esmero.house.audit import note
from esmero.house.roles import may
from esmero.imports.models import Import
from esmero.web.console.access import staff
from esmero.web.console.page_frame import show


def give_file(
    request: HttpRequest, *, brought: Import, words: str, give: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Ask for the purpose of a download; by POST with a reason, and with the permission to export, answer it."""
    allowed = may(staff(request), "people.export")
    if request.method == "POST" and allowed:
        reason = request.POST.get("reason", "").strip()[:300]
        if reason:
            with transaction.atomic():
                note("import.exported", by=staff(request), subject=brought, facts={"reason": reason, "name": words})
            return give()
        messages.error(request, _("Say what the file is for; it is written into the audit log."))
    return show(
        request, "console/people/import/file.html", subject="imports", shown=brought, words=words, allowed=allowed
    )
