"""List the versions of a template with authors and differences; restore an earlier one as the newest."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.content.models import Template, TemplateText, TemplateVersion
from esmero.content.versions import restore_version
from esmero.lists.paging import cut_page, read_key
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.rendering.letters.plain_marks import write_marks
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.parts.labels.states import LANGUAGE_NAMES

PAGE = 30


@requires()
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """List a template's versions, the newest first, and show the differences between two of them."""
    shown = get_object_or_404(Template.objects.select_related("brand"), pk=pk)
    key = read_key(request.GET.get("after"), kinds=(int,))
    rows = shown.versions.order_by("-number")
    if key:
        rows = rows.filter(number__lt=int(key[0]))
    page = cut_page(list(rows[: PAGE + 1]), size=PAGE, key=lambda one: (one.number,))
    newest = shown.versions.order_by("-number").first()
    if newest is None:
        raise Http404
    new = _number(request.GET.get("new"), newest.number)
    old = _number(request.GET.get("old"), max(new - 1, 1))
    texts = _texts(shown, old), _texts(shown, new)
    there = [code for code, _name in LANGUAGE_NAMES if code in texts[0] or code in texts[1]]
    language = request.GET.get("language", "")
    language = language if language in there else shown.brand.language if shown.brand.language in there else there[0]
    return show(
        request,
        "console/messages/template_versions.html",
        subject="templates",
        template=shown,
        page=page,
        newest=newest,
        old=old,
        new=new,
        language=language,
        offered=[(code, name) for code, name in LANGUAGE_NAMES if code in there],
        before=_as_text(texts[0].get(language)),
        after=_as_text(texts[1].get(language)),
    )


@require_POST
@requires("campaigns.write")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy an earlier version into a new newest version."""
    wanted = get_object_or_404(TemplateVersion.objects.select_related("template"), pk=pk)
    words = _("As version %(number)d was") % {"number": wanted.number}
    made = restore_version(wanted, fields=known_fields(), changed=words, by=staff(request))
    messages.success(request, _("Version %(number)d is the newest now.") % {"number": made.number})
    return redirect(reverse("console:template-versions", args=[wanted.template_id]))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _texts(template: Template, number: int) -> dict[str, TemplateText]:
    rows = TemplateText.objects.filter(version__template=template, version__number=number)
    return {text.language: text for text in rows}


def _as_text(text: TemplateText | None) -> str:
    """Format a text for comparison: a letter as markup, anything else as its source."""
    if text is None:
        return ""
    body = write_marks(text.letter) if text.letter else text.mjml
    return f"{_('Subject')}: {text.subject}\n{_('Preview line')}: {text.preheader}\n\n{body}"
