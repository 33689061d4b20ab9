"""The visual editor of a designed template, on a page of its own with a policy of its own: the editor sets inline styles."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override

from esmero.content.media import to_local, to_public
from esmero.content.models import Template
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.rendering.templates.compile import TemplateSource
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.templates.findings import tell_problems
from esmero.web.console.messages.templates.template_editor import FIRST_TEXT, EditorInput, keep, open_desk
from esmero.web.console.page_frame import show

# Only here may styles stand in the page itself. No script but ours, and no request to anybody.
EDITOR_CSP: Mapping[str, Any] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF, "blob:"],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
# What the editor cannot keep as it was written: pattern → what to say. Nothing is lost unless somebody saves there.
CANNOT = (
    (re.compile(r"\{%"), gettext_lazy("conditions and loops between elements")),
    (re.compile(r"<!--"), gettext_lazy("remarks in the source")),
    (
        re.compile(r"<mj-(raw|table|accordion|carousel|include)\b"),
        gettext_lazy("raw HTML, tables, accordions and carousels"),
    ),
    (
        re.compile(r"<mj-(class|attributes)\b"),
        gettext_lazy("shared attributes and classes of the head, which it keeps but does not show"),
    ),
)


@requires("campaigns.write")
@csp_override(EDITOR_CSP)
def visual(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the visual editor with the newest text of a language, and keep what comes out of it as the next version."""
    desk = open_desk(pk, language=request.GET.get("language", ""))
    back = f"{reverse('console:template', args=[pk])}?language={desk.language}"
    if desk.template.kind != Template.Kind.MJML:
        return redirect(back)
    brand, text = desk.template.brand, desk.text
    mjml = text.mjml if text else FIRST_TEXT
    if request.method == "POST":
        mjml = to_public(request.POST.get("mjml", "").replace("\r\n", "\n"), brand=brand)
        subject = text.subject if text else desk.template.name
        source = TemplateSource(desk.language, subject, text.preheader if text else "", mjml)
        try:
            keep(desk, EditorInput(source), changed=_("In the visual editor"), by=staff(request).name)
        except TemplateFault as fault:
            desk.told = tell_problems(fault.problems, blocks=None)
        else:
            return redirect(back)
    return show(
        request,
        "console/messages/template_visual.html",
        subject="templates",
        template=desk.template,
        language=desk.language,
        mjml=to_local(mjml, brand=brand),
        cannot=[words for pattern, words in CANNOT if pattern.search(mjml)],
        fields=sorted(known_fields()),
        told=desk.told,
        back=back,
    )
