"""Preview a version for a chosen person: light or dark, narrow or wide, with or without its promotion."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from esmero.campaigns.models import Campaign
from esmero.content.models import TemplateText
from esmero.mailroom.checking.template_test import send_template_test
from esmero.mailroom.composing.preview import preview
from esmero.people.models import Person
from esmero.people.persons.queries import find_people, people_rows
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.templates.test_status import find_test
from esmero.web.console.page_frame import show
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES
from esmero.web.parts.content_security_policies import PREVIEW_CSP
from esmero.web.parts.row_ids import read_row_id
from esmero.web.refusals.say import say

_MOST_FOUND = 8


@require_safe
@requires()
def show_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the preview page; all options are in the URL."""
    texts = {
        text.language: text
        for text in TemplateText.objects.filter(version=pk).select_related("version__template__brand")
    }
    if not texts:
        raise Http404
    person = _find_person(request)
    language = request.GET.get("language", "")
    if language not in texts:
        language = person.language if person and person.language in texts else next(iter(texts))
    text = texts[language]
    options = {
        "language": language,
        "person": person.pk if person else "",
        "dark": "1" if request.GET.get("dark") else "",
        "narrow": "1" if request.GET.get("narrow") else "",
        "bare": "1" if request.GET.get("bare") else "",
    }
    words = request.GET.get("q", "").strip()[:100]
    facts: dict[str, Any] = {}
    try:
        facts["seen"] = preview(text, person=person, promotion=not options["bare"])
    except TemplateFault as fault:
        facts["fault"] = say(fault)
    facts |= find_test(request.GET.get("test", ""))
    return show(
        request,
        "console/messages/template_look.html",
        subject="templates",
        version=text.version,
        template=text.version.template,
        selects=_list_selects(
            languages=[(code, name) for code, name in LANGUAGE_NAMES if code in texts],
            with_promotion="seen" in facts and facts["seen"].holds_promotion,
        ),
        search_options={name: value for name, value in options.items() if name != "person"},
        found_query=urlencode({name: options[name] for name in ("dark", "narrow", "bare")}),
        person=person,
        words=words,
        found=list(find_people(people_rows(), text=words).order_by("folded", "id")[:_MOST_FOUND]) if words else [],
        options=options,
        frame=f"{reverse('console:template-preview', args=[pk, language])}?{urlencode(options)}",
        **facts,
    )


@require_safe
@requires()
@xframe_options_sameorigin
@csp_override(PREVIEW_CSP)
def preview_frame(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Return the rendered letter alone, for the iframe."""
    texts = TemplateText.objects.select_related("version__template__brand")
    text = get_object_or_404(texts, version=pk, language=language)
    seen = preview(
        text,
        person=_find_person(request),
        promotion=not request.GET.get("bare"),
        dark=bool(request.GET.get("dark")),
        campaign=_find_campaign(request.GET.get("campaign", "")),
    )
    return HttpResponse(seen.html)


@require_POST
@requires("campaigns.write")
def send_test_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the previewed letter to one staff address."""
    options = {name: request.POST.get(name, "") for name in ("language", "person", "dark", "narrow", "bare")}
    text = get_object_or_404(
        TemplateText.objects.select_related("version__template__brand"), version=pk, language=options["language"]
    )
    message = send_template_test(
        text.version,
        to=request.POST.get("to", ""),
        by=staff(request),
        person=_person(options["person"]),
        language=text.language,
        promotion=not options["bare"],
    )
    messages.success(request, _("The test is on its way to %(address)s.") % {"address": message.address})
    options["test"] = str(message.pk)
    return redirect(f"{reverse('console:template-look', args=[pk])}?{urlencode(options)}")


def _list_selects(*, languages: list[tuple[str, str]], with_promotion: bool) -> list[tuple[str, str, list[Any]]]:
    """Return (name, label, choices) of the lists above a preview."""
    selects: list[tuple[str, str, list[Any]]] = [
        ("language", _("Language"), languages),
        ("dark", _("Light or dark"), [("", _("Light")), ("1", _("Dark"))]),
        ("narrow", _("Width"), [("", _("Wide")), ("1", _("Phone, 360 pixels"))]),
    ]
    if with_promotion:
        choices = [("", _("With the promotion")), ("1", _("Without the promotion"))]
        selects.append(("bare", _("Promotion"), choices))
    return selects


def _find_person(request: HttpRequest) -> Person | None:
    """Return the chosen person, else the first person with an undamaged name."""
    chosen = _person(request.GET.get("person", ""))
    return chosen or people_rows().filter(name_is_damaged=False).order_by("id").first()


def _find_campaign(key: str) -> Campaign | None:
    """Return the campaign of the preview, whose reason is rendered in the footer."""
    return Campaign.objects.filter(pk=read_row_id(key)).first()


def _person(key: str) -> Person | None:
    return people_rows().filter(pk=read_row_id(key)).first()
