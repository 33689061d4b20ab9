"""The page where a template is written: a letter as rich text or marks, or MJML as text; what to mend stands beside it."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from esmero.campaigns.models import Campaign
from esmero.content.media import to_local, to_public
from esmero.content.models import Template, TemplateText, TemplateVersion
from esmero.content.versions import add_version, make_letter, source_of
from esmero.dossier.segments.selection import select_persons
from esmero.house.roles import may
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.people.models import CustomField
from esmero.people.persons.queries import people_rows
from esmero.people.segments.serialization import SegmentFault
from esmero.rendering.checks.findings import find_problems
from esmero.rendering.letters.letter import clean_letter
from esmero.rendering.letters.plain_marks import read_marks, write_marks
from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.templates.brand_checks import (
    AHEAD,
    find_uses,
    read_shares,
    tell_care,
    tell_commerce,
    tell_reason,
    tell_share,
)
from esmero.web.console.messages.templates.findings import (
    FindingNote,
    count_unwritten,
    tell_findings,
    tell_missing,
    tell_problems,
)
from esmero.web.console.page_frame import show, show_part
from esmero.web.console.settings.first_steps import next_step
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.labels.field_names import FIELD_WORDS
from esmero.web.parts.labels.states import LANGUAGE_NAMES

FIRST_TEXT = """<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>{{ given_name | fallback("") }}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


class TextForm(forms.Form):
    """One language of a template. `rich` is what the editor wrote; without it the marks in `letter` count."""

    subject = forms.CharField(label=_("Subject"), max_length=300)
    preheader = forms.CharField(
        label=_("Preview line"),
        max_length=300,
        required=False,
        help_text=_("What mail programs show after the subject."),
    )
    letter = forms.CharField(
        label=_("Letter"),
        strip=False,
        help_text=_(
            "A blank line begins a paragraph. # heading, - list, **bold**, *italic*, [words](address); [[words]](address)"
            " alone is a button; what stands between two lines ::: is the promotion."
        ),
        widget=forms.Textarea(attrs={"rows": 18, "data-letter": ""}),
    )
    rich = forms.CharField(strip=False, required=False, widget=forms.HiddenInput(attrs={"data-rich": ""}))
    mjml = forms.CharField(
        label=_("Source in MJML"),
        strip=False,
        widget=forms.Textarea(attrs={"data-code": "", "data-source": "", "spellcheck": "false"}),
    )
    changed = forms.CharField(
        label=_("What has changed"), max_length=200, required=False, help_text=_("For the list of versions.")
    )

    def __init__(self, data: Any, *, template: Template, text: TemplateText | None) -> None:
        super().__init__(data, initial=_initial(template, text))
        if data and data.get("rich"):
            self.fields["letter"].required = False
        for name in ("mjml",) if template.kind == Template.Kind.LETTER else ("letter", "rich"):
            del self.fields[name]

    def clean(self) -> dict[str, Any] | None:
        """Take the letter for what it is, the one thing that cannot be left out, also where the editor wrote it."""
        cleaned = super().clean()
        if "letter" in self.fields:
            self.fields["letter"].required = True
        return cleaned


@dataclass(frozen=True, slots=True)
class EditorInput:
    """What a form says: the source that is sent, and of a letter also its rich text and which line is which paragraph."""

    source: TemplateSource
    letter: str = ""
    blocks: dict[int, int] | None = None


@dataclass
class EditorState:
    """A template as it lies open: its newest version, its texts by language, and the language that is written now."""

    template: Template
    newest: TemplateVersion | None
    texts: dict[str, TemplateText]
    language: str
    told: list[FindingNote] = field(default_factory=list)

    @property
    def text(self) -> TemplateText | None:
        return self.texts.get(self.language)


def open_desk(pk: int, *, language: str) -> EditorState:
    """Read a template with the texts of its newest version; without a known language the brand's own is open."""
    shown = get_object_or_404(Template.objects.select_related("brand"), pk=pk)
    newest = shown.versions.order_by("-number").first()
    texts = {text.language: text for text in newest.texts.all()} if newest else {}
    if language not in dict(LANGUAGE_NAMES):
        language = shown.brand.language if shown.brand.language in texts or not texts else next(iter(texts))
    return EditorState(shown, newest, texts, language)


@requires()
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one language of the newest version, and keep what is written as the next version when it is sound."""
    desk = open_desk(pk, language=request.GET.get("language", ""))
    form = TextForm(request.POST or None, template=desk.template, text=desk.text)
    may_write = may(staff(request), "campaigns.write")
    if request.method == "POST" and may_write and form.is_valid():
        written = read_form(form, desk=desk)
        try:
            kept = keep(desk, written, changed=form.cleaned_data["changed"], by=staff(request).name)
        except TemplateFault as fault:
            desk.told = tell_problems(fault.problems, blocks=written.blocks)
        else:
            messages.success(request, gettext("Version %(number)s is kept.") % {"number": kept.number})
            return redirect(f"{reverse('console:template', args=[pk])}?language={desk.language}")
    source = form["mjml"].value() if "mjml" in form.fields else ""
    said_fields = say_fields()
    fields = sorted(said_fields)
    return show(
        request,
        "console/messages/template.html",
        subject="templates",
        template=desk.template,
        newest=desk.newest,
        text=desk.text,
        language=desk.language,
        offered=[(code, name, code in desk.texts) for code, name in LANGUAGE_NAMES],
        form=form,
        told=desk.told,
        problem_lines=[int(one.go.partition(":")[2]) for one in desk.told if one.go.startswith("line:")],
        source=source,
        rich=to_local(desk.text.letter, brand=desk.template.brand) if desk.text else "",
        fields=fields,
        field_words=[said_fields[name] for name in fields],
        said_fields=sorted(((name, words) for name, words in said_fields.items()), key=lambda one: one[1].casefold()),
        may_write=may_write,
        next_step=next_step(request, here="template"),
    )


@require_POST
@requires()
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what should be mended in what is written now, without keeping it; the page asks while somebody writes."""
    desk = open_desk(pk, language=request.GET.get("language", ""))
    form = TextForm(request.POST, template=desk.template, text=desk.text)
    if not form.is_valid():
        return show_part(request, "console/messages/findings.html", told=[], unfinished=True)
    written = read_form(form, desk=desk)
    try:
        compiled = compile_source(written.source, fields=known_fields(), footer=None)
    except TemplateFault as fault:
        told = tell_problems(fault.problems, blocks=written.blocks)
    else:
        told = tell_findings(find_problems(written.source, compiled), blocks=written.blocks, shares=read_shares())
        uses = find_uses(desk.template)
        told += tell_commerce(written.source, uses=uses, blocks=written.blocks)
        told += tell_care(desk.template.brand, compiled)
        for use in uses:
            if isinstance(use, Campaign) and use.state in AHEAD:
                told += tell_reason(use, languages=[desk.language])
                told += tell_share(use, written.source)
    return show_part(request, "console/messages/findings.html", told=told, looked=True)


@require_safe
@requires()
def unwritten(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer which languages its readers speak in which nothing is written; the page asks for it once, on its own."""
    desk = open_desk(pk, language=request.GET.get("language", ""))
    newest = (
        Campaign.objects.filter(version__template=pk, segment__isnull=False)
        .select_related("segment")
        .order_by("-id")
        .first()
    )
    try:
        readers = select_persons(newest.segment.conditions) if newest and newest.segment else people_rows()
        told = tell_missing(count_unwritten(readers, written={*desk.texts, desk.language}))
    except SegmentFault:  # the segment says so on its own page
        told = []
    return show_part(request, "console/messages/findings.html", told=told)


def say_fields() -> dict[str, str]:
    """Return every field that a letter may use with what it is called, of the house's own fields their label."""
    own = {one.key: (said(one.label) or one.key).replace("|", "/") for one in CustomField.objects.all()}
    not_of_people = {
        "share_url": _("Address of the issue to pass on (where its topic is public)"),
        "confirm_url": _("Address that confirms (only in the mail of a form)"),
        "chosen_topics": _("Chosen topics (only in the mail of a form)"),
    }
    return {
        name: own.get(name) or str(not_of_people.get(name) or FIELD_WORDS.get(name) or name) for name in known_fields()
    }


def read_form(form: TextForm, *, desk: EditorState) -> EditorInput:
    """Take what a valid form says."""
    given = form.cleaned_data
    facts = {"language": desk.language, "subject": given["subject"], "preheader": given["preheader"]}
    brand = desk.template.brand
    if desk.template.kind != Template.Kind.LETTER:
        return EditorInput(TemplateSource(**facts, mjml=to_public(given["mjml"], brand=brand)))
    letter = to_public(clean_letter(given["rich"] or read_marks(given["letter"])), brand=brand)
    made = make_letter(letter, brand=brand, title=given["subject"])
    return EditorInput(TemplateSource(**facts, mjml=made.mjml), letter, made.blocks)


def keep(desk: EditorState, written: EditorInput, *, changed: str, by: str) -> TemplateVersion:
    """Keep what is written as the next version, with the other languages as they were; raises TemplateFault."""
    others = [text for code, text in desk.texts.items() if code != desk.language]
    return add_version(
        desk.template,
        texts=[written.source, *map(source_of, others)],
        letters={**{text.language: text.letter for text in others}, desk.language: written.letter},
        fields=known_fields(),
        created_by=by,
        changed=changed,
    )


def _initial(template: Template, text: TemplateText | None) -> dict[str, str]:
    if text is None:
        return {"mjml": FIRST_TEXT}
    shown = to_local(text.letter, brand=template.brand)
    return {
        "subject": text.subject,
        "preheader": text.preheader,
        "mjml": text.mjml,
        "letter": write_marks(shown) if shown else "",
    }
