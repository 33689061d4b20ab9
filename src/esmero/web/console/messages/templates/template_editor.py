"""Serve the template editor: a letter as rich text or markup, or MJML as text, with findings beside it."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
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
from esmero.house.editing.drafts import DraftSubject, drop_draft, read_draft
from esmero.house.editing.row_versions import StaleWrite
from esmero.house.models import Draft, User
from esmero.house.roles import may
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.people.models import CustomField
from esmero.people.persons.queries import people_rows
from esmero.people.segments.values import SegmentFault
from esmero.rendering.checks.findings import find_problems
from esmero.rendering.letters.letter import clean_letter
from esmero.rendering.letters.plain_marks import read_marks, write_marks
from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.templates.brand_checks import (
    UNSENT_STATES,
    find_uses,
    read_shares,
    report_advertising,
    report_brand_gaps,
    report_dead_share_link,
    report_missing_reason,
)
from esmero.web.console.messages.templates.findings import (
    FindingNote,
    count_unwritten,
    describe_findings,
    describe_missing_languages,
    describe_problems,
)
from esmero.web.console.page_frame import show, show_part
from esmero.web.console.settings.first_steps import next_step
from esmero.web.labels.field_names import FIELD_WORDS
from esmero.web.parts.components.stale_notes import Difference, StaleNote, compare_forms, read_seen
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES
from esmero.web.refusals.say import say

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
    """Edit one language of a template.

    `rich` is the output of the rich-text editor; without it the markup in `letter` counts.
    """

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
            "A blank line begins a paragraph. # heading, - list, **bold**, *italic*, [words](address);"
            " [[words]](address)"
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

    def __init__(self, data: Any, *, template: Template, text: TemplateText | None, draft: Draft | None = None) -> None:
        super().__init__(data, initial=_initial(template, text) | (draft.content if draft else {}))
        if data and data.get("rich"):
            self.fields["letter"].required = False
        for name in ("mjml",) if template.kind == Template.Kind.LETTER else ("letter", "rich"):
            del self.fields[name]

    def clean(self) -> dict[str, Any] | None:
        """Mark the letter as required in the page, although the rich-text editor may submit it in another field."""
        cleaned = super().clean()
        if "letter" in self.fields:
            self.fields["letter"].required = True
        return cleaned


@dataclass(frozen=True, slots=True)
class EditorInput:
    """Hold the submitted text: the source, and of a letter its rich text and the paragraph of each line."""

    source: TemplateSource
    letter: str = ""
    blocks: dict[int, int] | None = None


@dataclass
class EditorState:
    """Hold a template open for editing: newest version, texts by language, current language."""

    template: Template
    newest: TemplateVersion | None
    texts: dict[str, TemplateText]
    language: str
    notes: list[FindingNote] = field(default_factory=list)
    stale: StaleNote | None = None

    @property
    def text(self) -> TemplateText | None:
        return self.texts.get(self.language)

    @property
    def subject(self) -> DraftSubject:
        return DraftSubject(kind="template", id=self.template.pk, part=self.language)


def open_editor(pk: int, *, language: str) -> EditorState:
    """Read a template with the texts of its newest version; an unknown language opens the brand's own."""
    shown = get_object_or_404(Template.objects.select_related("brand"), pk=pk)
    newest = shown.versions.order_by("-number").first()
    texts = {text.language: text for text in newest.texts.all()} if newest else {}
    if language not in dict(LANGUAGE_NAMES):
        language = shown.brand.language if shown.brand.language in texts or not texts else next(iter(texts))
    return EditorState(shown, newest, texts, language)


@requires()
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one language of the newest version, and store valid input as the next version."""
    editor = open_editor(pk, language=request.GET.get("language", ""))
    may_write = may(staff(request), "campaigns.write")
    draft = read_draft(staff(request), subject=editor.subject) if may_write else None
    form = TextForm(request.POST or None, template=editor.template, text=editor.text, draft=draft)
    if request.method == "POST" and may_write and form.is_valid():
        written = read_form(form, editor=editor)
        try:
            kept = save_version(
                editor,
                written,
                changed=form.cleaned_data["changed"],
                by=staff(request),
                seen=read_seen(request.POST, otherwise=editor.template.row_version),
            )
        except TemplateFault as fault:
            editor.notes = describe_problems(fault.problems, blocks=written.blocks)
        except StaleWrite as refusal:
            # Read again: what is compared with is the version that refused.
            editor = open_editor(pk, language=editor.language)
            editor.stale = _describe_stale(say(refusal), form, editor=editor)
        else:
            messages.success(request, gettext("Version %(number)s is kept.") % {"number": kept.number})
            return redirect(f"{reverse('console:template', args=[pk])}?language={editor.language}")
    elif draft is not None and draft.begun_from != editor.template.row_version:
        words = gettext("A newer version was saved since you began this text.")
        editor.stale = _describe_stale(words, form, editor=editor)
    source = form["mjml"].value() if "mjml" in form.fields else ""
    said_fields = label_fields()
    fields = sorted(said_fields)
    return show(
        request,
        "console/messages/template.html",
        subject="templates",
        template=editor.template,
        newest=editor.newest,
        text=editor.text,
        language=editor.language,
        offered=[(code, name, code in editor.texts) for code, name in LANGUAGE_NAMES],
        form=form,
        notes=editor.notes,
        problem_lines=[int(one.go.partition(":")[2]) for one in editor.notes if one.go.startswith("line:")],
        source=source,
        rich=to_local(editor.text.letter, brand=editor.template.brand) if editor.text else "",
        fields=fields,
        field_words=[said_fields[name] for name in fields],
        said_fields=sorted(((name, words) for name, words in said_fields.items()), key=lambda one: one[1].casefold()),
        may_write=may_write,
        draft=draft,
        stale=editor.stale,
        next_step=next_step(request, here="template"),
    )


@require_POST
@requires()
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the findings of the current input without saving it; the page requests this during editing."""
    editor = open_editor(pk, language=request.GET.get("language", ""))
    form = TextForm(request.POST, template=editor.template, text=editor.text)
    if not form.is_valid():
        return show_part(request, "console/messages/findings.html", notes=[], unfinished=True)
    written = read_form(form, editor=editor)
    try:
        compiled = compile_source(written.source, fields=known_fields(), footer=None)
    except TemplateFault as fault:
        notes = describe_problems(fault.problems, blocks=written.blocks)
    else:
        notes = describe_findings(find_problems(written.source, compiled), blocks=written.blocks, shares=read_shares())
        uses = find_uses(editor.template)
        notes += report_advertising(written.source, uses=uses, blocks=written.blocks)
        notes += report_brand_gaps(editor.template.brand, compiled)
        for use in uses:
            if isinstance(use, Campaign) and use.state in UNSENT_STATES:
                notes += report_missing_reason(use, languages=[editor.language])
                notes += report_dead_share_link(use, written.source)
    return show_part(request, "console/messages/findings.html", notes=notes, looked=True)


@require_safe
@requires()
def missing_languages(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the readers' languages without a text; the page requests this once, separately."""
    editor = open_editor(pk, language=request.GET.get("language", ""))
    newest = (
        Campaign.objects.filter(version__template=pk, segment__isnull=False)
        .select_related("segment")
        .order_by("-id")
        .first()
    )
    try:
        readers = select_persons(newest.segment.conditions) if newest and newest.segment else people_rows()
        notes = describe_missing_languages(count_unwritten(readers, written={*editor.texts, editor.language}))
    except SegmentFault:  # reported on the segment's own page
        notes = []
    return show_part(request, "console/messages/findings.html", notes=notes)


def label_fields() -> dict[str, str]:
    """Return every field that a letter may use with its label."""
    # assets/js/letter.js splits the list of labels at "|".
    own = {one.key: (said(one.label) or one.key).replace("|", "/") for one in CustomField.objects.all()}
    not_of_people = {
        "share_url": _("Address of the issue to pass on (where its topic is public)"),
        "confirm_url": _("Address that confirms (only in the mail of a form)"),
        "chosen_topics": _("Chosen topics (only in the mail of a form)"),
    }
    return {
        name: own.get(name) or str(not_of_people.get(name) or FIELD_WORDS.get(name) or name) for name in known_fields()
    }


def read_form(form: TextForm, *, editor: EditorState) -> EditorInput:
    """Return the content of a valid form."""
    given = form.cleaned_data
    facts = {"language": editor.language, "subject": given["subject"], "preheader": given["preheader"]}
    brand = editor.template.brand
    if editor.template.kind != Template.Kind.LETTER:
        return EditorInput(TemplateSource(**facts, mjml=to_public(given["mjml"], brand=brand)))
    letter = to_public(clean_letter(given["rich"] or read_marks(given["letter"])), brand=brand)
    made = make_letter(letter, brand=brand, title=given["subject"])
    return EditorInput(TemplateSource(**facts, mjml=made.mjml), letter, made.blocks)


def save_version(editor: EditorState, written: EditorInput, *, changed: str, by: User, seen: int) -> TemplateVersion:
    """Store the input as the next version, other languages unchanged, and end the author's draft.

    Raises TemplateFault and StaleWrite, as `add_version` does.
    """
    others = [text for code, text in editor.texts.items() if code != editor.language]
    with transaction.atomic():
        kept = add_version(
            editor.template,
            texts=[written.source, *map(source_of, others)],
            letters={**{text.language: text.letter for text in others}, editor.language: written.letter},
            fields=known_fields(),
            created_by=by.name,
            changed=changed,
            seen=seen,
        )
        drop_draft(by, subject=editor.subject)
    return kept


def _describe_stale(words: str, form: TextForm, *, editor: EditorState) -> StaleNote:
    """Compare the form with the newest text; a letter written in the rich-text editor by the same marks."""
    theirs = _initial(editor.template, editor.text)
    saved = TextForm(None, template=editor.template, text=editor.text)
    # Of the text itself the editor may have sent another form; the note on the change is the author's own.
    differences = compare_forms(form, theirs=saved, without=("letter", "rich", "mjml", "changed"))
    name = "mjml" if "mjml" in form.fields else "letter"
    rich = form["rich"].value() if "rich" in form.fields else ""
    yours = write_marks(clean_letter(rich)) if rich else (form[name].value() or "").replace("\r\n", "\n")
    if yours.strip() != theirs.get(name, "").strip():
        differences.append(Difference(str(form[name].label), theirs.get(name, ""), yours))
    return StaleNote(words=words, differences=differences)


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
