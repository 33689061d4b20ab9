"""Serve the visual editor of a designed template.

It has its own page with its own Content-Security-Policy, because the editor sets inline styles.
"""

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
from esmero.house.editing.row_versions import StaleWrite
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.rendering.templates.compile import TemplateSource
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.templates.findings import describe_problems
from esmero.web.console.messages.templates.template_editor import FIRST_TEXT, EditorInput, open_editor, save_version
from esmero.web.console.page_frame import show
from esmero.web.parts.components.stale_notes import Difference, StaleNote, read_seen
from esmero.web.refusals.say import say

# The only page that allows inline styles. Scripts come from this origin only, and no other origin is contacted.
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
# Constructs that the editor would change: pattern → warning. The stored text changes only when somebody saves.
LOSSY_CONSTRUCTS = (
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
    """Show the visual editor with the newest text of a language, and store its output as the next version."""
    editor = open_editor(pk, language=request.GET.get("language", ""))
    back = f"{reverse('console:template', args=[pk])}?language={editor.language}"
    if editor.template.kind != Template.Kind.MJML:
        return redirect(back)
    brand, text = editor.template.brand, editor.text
    mjml = text.mjml if text else FIRST_TEXT
    if request.method == "POST":
        # Forms submit CRLF; without this every line of the next version would differ.
        mjml = to_public(request.POST.get("mjml", "").replace("\r\n", "\n"), brand=brand)
        subject = text.subject if text else editor.template.name
        source = TemplateSource(editor.language, subject, text.preheader if text else "", mjml)
        try:
            save_version(
                editor,
                EditorInput(source),
                changed=_("In the visual editor"),
                by=staff(request),
                seen=read_seen(request.POST, otherwise=editor.template.row_version),
            )
        except TemplateFault as fault:
            editor.notes = describe_problems(fault.problems, blocks=None)
        except StaleWrite as refusal:
            editor = open_editor(pk, language=editor.language)
            theirs = editor.text.mjml if editor.text else ""
            editor.stale = StaleNote(words=say(refusal), differences=[Difference("MJML", theirs, mjml)])
        else:
            return redirect(back)
    return show(
        request,
        "console/messages/template_visual.html",
        subject="templates",
        template=editor.template,
        language=editor.language,
        mjml=to_local(mjml, brand=brand),
        cannot=[words for pattern, words in LOSSY_CONSTRUCTS if pattern.search(mjml)],
        fields=sorted(known_fields()),
        notes=editor.notes,
        stale=editor.stale,
        back=back,
    )
