"""Templates: MJML as text, in versions and languages, with every problem named and the letter beside it."""

import re

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from esmero.content.models import Template, TemplateText, TemplateVersion
from esmero.content.queries import list_templates
from esmero.content.versions import add_version, create_template, source_of
from esmero.house.roles import may
from esmero.mailroom.facts import known_fields
from esmero.mailroom.preview import preview_html
from esmero.people.models import Person
from esmero.rendering.compile import Source
from esmero.rendering.problem import Problem, TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.page import read_brand, show
from esmero.web.parts.policies import LETTER_CSP
from esmero.web.parts.words import LANGUAGE_NAMES

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
_LINE = re.compile(r"body line (\d+)")


class TextForm(forms.Form):
    """One language of a template."""

    subject = forms.CharField(label=_("Subject"), max_length=300)
    preheader = forms.CharField(
        label=_("Preview line"),
        max_length=300,
        required=False,
        help_text=_("What mail programs show after the subject."),
    )
    mjml = forms.CharField(
        label=_("Letter"), strip=False, widget=forms.Textarea(attrs={"data-code": "", "spellcheck": "false"})
    )


class NameForm(forms.Form):
    """The name of a new template."""

    name = forms.CharField(label=_("Name"), max_length=140)


@requires()
def templates(request: HttpRequest) -> HttpResponse:
    """List the brand's templates."""
    brand = read_brand(request)
    rows = list_templates(brand=brand) if brand else []
    return show(request, "console/messages/templates.html", subject="templates", rows=rows)


@requires("campaigns.write")
def new_template(request: HttpRequest) -> HttpResponse:
    """Make a template; its first text is written on its own page."""
    brand = read_brand(request)
    if brand is None:
        return redirect("console:today")
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("console:template", pk=create_template(form.cleaned_data["name"], brand=brand).pk)
    return show(request, "console/messages/template_new.html", subject="templates", form=form)


@requires()
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one language of the newest version, and keep what is written as the next version when it is sound."""
    shown = get_object_or_404(Template.objects.select_related("brand"), pk=pk)
    newest = shown.versions.order_by("-number").first()
    texts = {text.language: text for text in newest.texts.all()} if newest else {}
    language = request.GET.get("language", "")
    if language not in dict(LANGUAGE_NAMES):
        language = shown.brand.language if shown.brand.language in texts or not texts else next(iter(texts))
    form = TextForm(request.POST or None, initial=_initial(texts.get(language)))
    problems: tuple[Problem, ...] = ()
    may_write = may(staff(request), "campaigns.write")
    if request.method == "POST" and may_write and form.is_valid():
        mine = Source(language=language, **form.cleaned_data)
        others = [source_of(text) for code, text in texts.items() if code != language]
        try:
            add_version(shown, texts=[mine, *others], fields=known_fields(), created_by=staff(request).name)
        except TemplateFault as fault:
            problems = fault.problems
        else:
            return redirect(f"{reverse('console:template', args=[pk])}?language={language}")
    return show(
        request,
        "console/messages/template.html",
        subject="templates",
        template=shown,
        newest=newest,
        text=texts.get(language),
        language=language,
        offered=[(code, name, code in texts) for code, name in LANGUAGE_NAMES],
        form=form,
        problems=problems,
        problem_lines=[int(found[1]) for problem in problems if (found := _LINE.match(problem.place))],
        fields=sorted(known_fields()),
        may_write=may_write,
        versions=list(shown.versions.order_by("-number")[:10]),
    )


@require_safe
@requires()
@xframe_options_sameorigin
@csp_override(LETTER_CSP)
def preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:  # noqa: ARG001
    """Answer the letter alone, for the frame, as the first person of the house would see it."""
    version = get_object_or_404(TemplateVersion, pk=pk)
    text = get_object_or_404(
        TemplateText.objects.select_related("version__template__brand"), version=version, language=language
    )
    person = Person.objects.filter(state=Person.State.ACTIVE, name_is_damaged=False).order_by("id").first()
    try:
        return HttpResponse(preview_html(text, person=person))
    except TemplateFault as fault:
        raise Http404(str(fault)) from fault


def _initial(text: TemplateText | None) -> dict[str, str]:
    if text is None:
        return {"mjml": FIRST_TEXT}
    return {"subject": text.subject, "preheader": text.preheader, "mjml": text.mjml}
