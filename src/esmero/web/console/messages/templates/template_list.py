"""List the brand's templates: create, duplicate, archive and restore."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.campaigns.models import Campaign
from esmero.content.archiving import archive
from esmero.content.listing import TEMPLATES
from esmero.content.models import Template
from esmero.content.queries import LANGUAGES, template_rows
from esmero.content.versions import create_template, duplicate_template
from esmero.lists.filters import Rows
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import EditView, answer_edit
from esmero.web.console.generic_pages.list_pages import BulkAct, ListView, act_view, list_view
from esmero.web.console.page_frame import read_brand, take_brand
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.tables import draw_link
from esmero.web.parts.components.template_tags import chip, language_name


def _draw_name(row: Template) -> SafeString:
    archived = chip("plain", _("archived")) if row.archived_at else ""
    return format_html("{} {}", draw_link("template", row.pk, row.name), archived)


def _name_languages(row: Template) -> str:
    return ", ".join(language_name(code) for code in LANGUAGES if getattr(row, f"in_{code}"))


def _draw_version(row: Template) -> str | SafeString:
    return str(row.newest) if row.newest else chip("wait", _("empty"))  # type: ignore[attr-defined]


class NewForm(forms.Form):
    """Edit the name and kind of a new template."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=140)
    kind = forms.ChoiceField(
        label=gettext_lazy("How it is written"),
        initial="letter",
        widget=forms.RadioSelect,
        choices=[
            ("letter", gettext_lazy("As a letter: words, lists, pictures, a button. What most mails need")),
            ("mjml", gettext_lazy("Designed: columns and blocks, in the visual editor or as MJML")),
        ],
    )


def _rows(request: HttpRequest) -> Rows:
    brand = read_brand(request)
    if brand is None:
        return Template.objects.none()
    used = Campaign.objects.filter(version__template=OuterRef("pk")).order_by().values("version__template")
    rows = template_rows(brand=brand).annotate(
        used=Coalesce(Subquery(used.annotate(number=Count("pk")).values("number")), 0)
    )
    return rows if request.GET.get("archived") else rows.filter(archived_at=None)


def _archive(request: HttpRequest, rows: Rows, _value: str) -> None:
    changed = archive(Template, list(rows.values_list("pk", flat=True)), by=staff(request))
    if changed:
        words = ngettext("%(number)d template is archived.", "%(number)d templates are archived.", len(changed))
        offer_undo(request, fill(words, number=len(changed)), kind="template-archived", templates=changed)


def _list_pictures(_request: HttpRequest) -> Mapping[str, Any]:
    """Return the link to the pictures, which every reader may see."""
    return {"more": [(reverse("console:media"), _("Pictures"))]}


VIEW = ListView(
    listing=TEMPLATES,
    rows=_rows,
    subject="templates",
    up=("campaigns", gettext_lazy("Messages")),
    title=gettext_lazy("Templates"),
    lead=gettext_lazy(
        "Letters to be sent, each in its languages; every change is a new version, and what was sent is never changed."
    ),
    new=("template-new", gettext_lazy("New template")),
    new_right="campaigns.write",
    facts=_list_pictures,
    drawn={"name": _draw_name, "languages": _name_languages, "newest": _draw_version},
    empty=(
        gettext_lazy("No template yet"),
        gettext_lazy("A template is a letter with fields for what differs from person to person."),
    ),
    begin=("template-new", gettext_lazy("New template")),
    acts_address="templates-act",
    acts=(BulkAct(value="archive", title=gettext_lazy("Archive"), permission="campaigns.write", run=_archive),),
)
templates = list_view(VIEW)
act_on_templates = act_view(VIEW)


@requires("campaigns.write")
def new_template(request: HttpRequest) -> HttpResponse:
    """Create a template; its first text is written on its own page."""
    brand = take_brand(request)
    view: EditView[Template] = EditView(
        subject="templates",
        right="campaigns.write",
        form=lambda _request, data, _row: NewForm(data),
        save=lambda edit: create_template(edit.given["name"], brand=brand, kind=edit.given["kind"]),
        above=(("campaigns", _("Messages")), ("templates", _("Templates"))),
        new=_("New template"),
        lead=_("Give it a name that your colleagues will recognise."),
        saved=None,
        go=lambda made: ("template", (made.pk,)),
        button=_("Go on to the letter"),
        facts=lambda _request, _row: {"back": ""},
        layout="stack",
    )
    return answer_edit(request, view, row=None)


@require_POST
@requires("campaigns.write")
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a template."""
    copied = get_object_or_404(Template.objects.select_related("brand"), pk=pk)
    words = _("Made from “%(name)s”") % {"name": copied.name}
    made = duplicate_template(copied, fields=known_fields(), changed=words, by=staff(request))
    messages.success(request, words)
    return redirect("console:template", pk=made.pk)
