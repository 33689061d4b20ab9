"""List the brand's templates: create, duplicate, archive and restore."""

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.campaigns.models import Campaign
from esmero.content.archiving import archive
from esmero.content.models import Template
from esmero.content.queries import LANGUAGES, template_rows
from esmero.content.versions import create_template, duplicate_template
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import read_brand, show
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.rates import fill, format_number
from esmero.web.parts.components.tables import BulkAct, Choice, Filter, Listing, Rows, TableColumn, pick_rows
from esmero.web.parts.components.template_tags import chip, language_name
from esmero.web.parts.components.times import format_time

KINDS: list[Choice] = [("letter", gettext_lazy("Letter")), ("mjml", gettext_lazy("Designed"))]


def _name(row: Template) -> SafeString:
    archived = chip("plain", _("archived")) if row.archived_at else ""
    return format_html('<a href="{}">{}</a> {}', reverse("console:template", args=[row.pk]), row.name, archived)


def _languages(row: Template) -> str:
    return ", ".join(language_name(code) for code in LANGUAGES if getattr(row, f"in_{code}"))


def _version(row: Template) -> str | SafeString:
    return str(row.newest) if row.newest else chip("wait", _("empty"))  # type: ignore[attr-defined]


def _archived(rows: Rows, value: str) -> Rows:
    return rows if value == "all" else rows.filter(archived_at__isnull=False)


TEMPLATES = Listing(
    page="templates",
    order="name",
    search=lambda rows, text: rows.filter(name__icontains=text),
    search_title=gettext_lazy("Name"),
    columns=(
        TableColumn(
            key="name",
            title=gettext_lazy("Name"),
            cell=_name,
            plain=lambda row: row.name,
            order=("name", "id"),
            head=True,
        ),
        TableColumn(key="kind", title=gettext_lazy("Kind"), cell=lambda row: str(dict(KINDS)[row.kind])),
        TableColumn(key="newest", title=gettext_lazy("Version"), cell=_version, label=gettext_lazy("version")),
        TableColumn(key="languages", title=gettext_lazy("Languages"), cell=_languages),
        TableColumn(
            key="used",
            title=gettext_lazy("Used by"),
            cell=lambda row: format_number(row.used),
            numeric=True,
            label=gettext_lazy("campaigns"),
        ),
        TableColumn(
            key="changed",
            title=gettext_lazy("Changed"),
            quiet=True,
            cell=lambda row: format_time(row.changed_at) if row.changed_at else "",
            plain=lambda row: row.changed_at.isoformat() if row.changed_at else "",
        ),
        TableColumn(
            key="author", title=gettext_lazy("By"), cell=lambda row: row.changed_by or "", quiet=True, shown=False
        ),
    ),
    filters=(
        Filter(
            key="kind",
            title=gettext_lazy("Kind"),
            every=gettext_lazy("Every kind"),
            choices=lambda: KINDS,
            apply=lambda rows, value: rows.filter(kind=value),
        ),
        Filter(
            key="language",
            title=gettext_lazy("Language"),
            every=gettext_lazy("Every language"),
            choices=lambda: [(code, code) for code in LANGUAGES],
            apply=lambda rows, value: rows.filter(**{f"in_{value}": True}),
        ),
        Filter(
            key="archived",
            title=gettext_lazy("Archive"),
            every=gettext_lazy("In use"),
            choices=lambda: [("archived", gettext_lazy("Archived")), ("all", gettext_lazy("All"))],
            apply=_archived,
        ),
    ),
    acts=(BulkAct(value="archive", title=gettext_lazy("Archive"), permission="campaigns.write"),),
)


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


@requires()
def templates(request: HttpRequest) -> HttpResponseBase:
    """List the brand's templates."""
    return answer_list(
        request,
        "console/messages/templates.html",
        listing=TEMPLATES,
        rows=_rows(request),
        subject="templates",
        picks_url=reverse("console:templates-act"),
        empty_title=_("No template yet"),
        empty_text=_("A template is a letter with fields for what differs from person to person."),
        empty_url=reverse("console:template-new"),
        empty_action=_("New template"),
    )


@require_POST
@requires("campaigns.write")
def act_on_templates(request: HttpRequest) -> HttpResponse:
    """Archive the ticked templates; a toast offers undo."""
    picked = pick_rows(_rows(request), listing=TEMPLATES, post=request.POST)
    changed = archive(Template, list(picked.values_list("pk", flat=True)), by=staff(request))
    if changed:
        words = ngettext("%(number)d template is archived.", "%(number)d templates are archived.", len(changed))
        offer_undo(request, fill(words, number=len(changed)), kind="template-archived", templates=changed)
    return redirect(f"{reverse('console:templates')}?{request.POST.get('query', '')}")


@requires("campaigns.write")
def new_template(request: HttpRequest) -> HttpResponse:
    """Create a template; its first text is written on its own page."""
    brand = read_brand(request)
    if brand is None:
        return redirect("console:today")
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = create_template(form.cleaned_data["name"], brand=brand, kind=form.cleaned_data["kind"])
        return redirect("console:template", pk=made.pk)
    return show(request, "console/messages/template_new.html", subject="templates", form=form)


@require_POST
@requires("campaigns.write")
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a template."""
    copied = get_object_or_404(Template.objects.select_related("brand"), pk=pk)
    words = _("Made from “%(name)s”") % {"name": copied.name}
    made = duplicate_template(copied, fields=known_fields(), changed=words, by=staff(request))
    messages.success(request, words)
    return redirect("console:template", pk=made.pk)
