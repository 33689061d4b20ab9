"""Serve the steps of an import: upload, column mapping, dry run with verdicts, and only then the change."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.house.models import Brand
from esmero.house.upload_limits import LIST
from esmero.people.imports.fields import GRANTING
from esmero.people.imports.files.problem import FileProblem, MappingProblem
from esmero.people.imports.lifecycle import (
    begin_check,
    begin_import,
    choose_sheet,
    create_import,
    reopen,
)
from esmero.people.imports.reading import FileReading
from esmero.people.imports.refused_lines import write_refused
from esmero.people.models import Import, ImportLine, Topic
from esmero.web.console.access import requires, staff
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import read_brand, show, show_part, wants_part
from esmero.web.console.people.imports.columns import draw_columns, read_mapping
from esmero.web.console.people.imports.files import give_file
from esmero.web.console.people.imports.lines import LINES, line_rows
from esmero.web.console.settings.first_steps import next_step
from esmero.web.parts.components.tables import Filter, Listing, TableColumn
from esmero.web.parts.components.template_tags import said as in_words
from esmero.web.parts.components.template_tags import state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.files.serving import serve_pieces
from esmero.web.parts.files.upload_field import UploadField
from esmero.web.parts.labels.states import IMPORT
from esmero.web.refusals.say import say

MOVING = frozenset({Import.State.CHECKING, Import.State.RUNNING})
_EFFECTS: Mapping[str, Promise] = {
    "granted": _("Permissions given"),
    "withdrawn": _("Permissions taken back"),
    "suppressed": _("Silent addresses: nothing or no advertising goes there"),
    "address-mended": _("Addresses put right, such as those in capitals"),
    "address-invalid": _("Addresses that cannot be: these people come without one"),
    "address-none": _("Lines without an address"),
}
_DELIMITERS = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}


class FileForm(forms.Form):
    """Accept the file to import."""

    file = UploadField(
        rule=LIST,
        label=_("File"),
        help_text=_("An Excel workbook (.xlsx) or CSV. Sheet, encoding and separator are found out."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv,text/csv"}),
    )


class OriginForm(forms.Form):
    """Edit the source of the list and the topic of its consent."""

    topic = forms.ModelChoiceField(
        label=_("Topic of the consent"), queryset=Topic.objects.none(), required=False, empty_label=_("Choose one")
    )
    source = forms.CharField(
        label=_("Where is this list from?"),
        max_length=300,
        help_text=_("Who gathered it, where and when: it is stored with each permission as its proof."),
    )

    def __init__(self, data: Any, *, brought: Import) -> None:
        topics = Topic.objects.filter(brand=brought.brand_id, archived_at=None).order_by("id")
        first_two = list(topics.values_list("pk", flat=True)[:2])
        only = first_two[0] if len(first_two) == 1 else None
        super().__init__(data, initial={"topic": brought.topic_id or only, "source": brought.source})
        fields: dict[str, Any] = self.fields
        fields["topic"].queryset = topics
        fields["topic"].label_from_instance = lambda topic: in_words(topic.name) or topic.code


def _name(row: Import) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:import", args=[row.pk]), row.file_name)


def _count(row: Import, *names: str) -> str:
    return intcomma(sum(int(row.counts.get(name, 0)) for name in names)) if row.counts else ""


IMPORTS = Listing(
    page="imports",
    order="-brought",
    search=lambda rows, text: rows.filter(Q(file_name__icontains=text) | Q(source__icontains=text)),
    search_title=_("File or where it is from"),
    columns=(
        TableColumn(key="file", title=_("File"), cell=_name, plain=lambda row: row.file_name, head=True),
        TableColumn(key="state", title=_("State"), cell=lambda row: state("import", row.state)),
        TableColumn(key="source", title=_("Where from"), cell=lambda row: row.source[:80], quiet=True),
        TableColumn(
            key="topic",
            title=_("Topic of the consent"),
            cell=lambda row: in_words(row.topic.name) if row.topic else "",
            quiet=True,
            shown=False,
        ),
        TableColumn(
            key="added", title=_("Added"), cell=lambda row: _count(row, "added"), numeric=True, label=_("added")
        ),
        TableColumn(
            key="changed",
            title=_("Changed"),
            cell=lambda row: _count(row, "changed", "merged"),
            numeric=True,
            label=_("changed"),
        ),
        TableColumn(
            key="refused", title=_("Refused"), cell=lambda row: _count(row, "refused"), numeric=True, label=_("refused")
        ),
        TableColumn(key="by", title=_("Brought by"), cell=lambda row: row.created_by, quiet=True, shown=False),
        TableColumn(
            key="brought",
            title=_("Brought"),
            cell=lambda row: format_time(row.created_at),
            plain=lambda row: row.created_at.isoformat(),
            order=("id",),
            quiet=True,
        ),
    ),
    filters=(
        Filter(
            key="state",
            title=_("State"),
            every=_("Every state"),
            choices=lambda: [(value, word.text) for value, word in IMPORT.items()],
            apply=lambda rows, value: rows.filter(state=value),
        ),
    ),
)


@requires()
def imports(request: HttpRequest) -> HttpResponseBase:
    """List the brand's imports, the latest first."""
    brand = read_brand(request)
    return answer_list(
        request,
        "console/people/imports.html",
        listing=IMPORTS,
        rows=Import.objects.filter(brand=brand.pk if brand else 0).select_related("topic"),
        subject="imports",
        empty_title=gettext("No list yet"),
        empty_text=gettext(
            "Bring the list that you have: a workbook or a CSV file is enough. You see what will happen before"
            " anything does."
        ),
        empty_url=reverse("console:import-new"),
        empty_action=gettext("Import a list"),
    )


@requires("people.import")
def upload(request: HttpRequest) -> HttpResponse:
    """Store an uploaded file and read its columns."""
    brand: Brand | None = read_brand(request)
    if brand is None:
        return redirect("console:today")
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            brought = create_import(file.content, name=file.name, brand=brand, by=staff(request))
        except FileProblem as problem:
            form.add_error("file", say(problem))
        else:
            return redirect("console:import", pk=brought.pk)
    return show(request, "console/people/import_new.html", subject="imports", form=form)


@requires()
def show_import(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show an import by its state: columns, progress, or the verdict on each line."""
    brought = get_object_or_404(Import.objects.select_related("job", "brand", "topic"), pk=pk)
    live = wants_part(request) and "was" in request.GET
    if live and request.GET["was"] != brought.state:
        return HttpResponse(headers={"HX-Refresh": "true"})
    facts = _facts(brought)
    if live:
        return show_part(request, "console/people/import.html#live", **facts)
    template = "console/people/import.html"
    if brought.state in {Import.State.CHECKED, Import.State.DONE, Import.State.FAILED}:
        if brought.state == Import.State.DONE:
            facts["next_step"] = next_step(request, here="import")
        return answer_list(
            request,
            template,
            listing=LINES,
            rows=line_rows(brought),
            subject="imports",
            empty_title=gettext("No line was looked at"),
            empty_text=gettext("Here stands what becomes of each line, and why."),
            **facts,
        )
    if brought.state == Import.State.DRAFT:
        facts |= _mapping_facts(brought, form=OriginForm(None, brought=brought), chosen=brought.mapping)
    return show(request, template, subject="imports", **facts)


@requires("people.import")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Move an import to its next or previous step: check, back to the columns, run."""
    if request.method != "POST":  # the form with its faults stands at this address: a note leads back to it
        return redirect("console:import", pk=pk)
    brought = get_object_or_404(Import.objects.select_related("brand"), pk=pk)
    what = request.POST.get("act", "")
    if what == "check":
        return _check(request, brought)
    if what == "sheet":
        choose_sheet(brought, sheet=request.POST.get("sheet", ""), by=staff(request))
    elif what == "map":
        reopen(brought, by=staff(request))
    elif what == "run":
        begin_import(brought, by=staff(request))
    return redirect("console:import", pk=pk)


@requires()
def refused_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the refused lines as a file that can be corrected and imported again; needs a reason."""
    brought = get_object_or_404(Import.objects.select_related("file"), pk=pk)
    if brought.file.dropped_at is not None:
        messages.error(request, _("The file is gone: its term of storage is over."))
        return redirect("console:import", pk=pk)
    name = f"{brought.file_name.rpartition('.')[0] or brought.file_name}-refused.csv"

    def give() -> HttpResponseBase:
        return serve_pieces(write_refused(brought), name=name, media_type="text/csv; charset=utf-8")

    return give_file(request, brought=brought, words=str(_("The refused lines")), give=give)


def _check(request: HttpRequest, brought: Import) -> HttpResponse:
    """Store the mapping and queue the dry run, or show the form again with its errors."""
    reading = FileReading.from_json(brought.reading)
    form = OriginForm(request.POST, brought=brought)
    values = request.POST.getlist("column")
    confirmed = "confirm" in request.POST
    fault = ""
    if form.is_valid() and confirmed and "consent" in values and form.cleaned_data["topic"] is None:
        form.add_error("topic", say(MappingProblem("consent-without-topic")))
    if form.is_valid():
        try:
            begin_check(
                brought,
                choices=read_mapping(reading, values=values, confirmed=confirmed),
                topic=form.cleaned_data["topic"],
                source=form.cleaned_data["source"],
                by=staff(request),
            )
        except MappingProblem as problem:
            fault = say(problem)
        else:
            return redirect("console:import", pk=brought.pk)
    chosen = dict(zip((column.name for column in reading.columns), values, strict=False))
    facts = _facts(brought) | _mapping_facts(brought, form=form, chosen=chosen)
    return show(
        request, "console/people/import.html", subject="imports", **facts | {"fault": fault, "confirmed": confirmed}
    )


def _facts(brought: Import) -> dict[str, Any]:
    counts = {verdict: int(brought.counts.get(verdict, 0)) for verdict in ImportLine.Verdict.values}
    delimiter = str(brought.reading.get("dialect", {}).get("delimiter", ","))
    return {
        "shown": brought,
        "reading": {
            "records": brought.reading.get("records", 0),
            "header_line": brought.reading.get("header_line", 0),
            "encoding": brought.reading.get("dialect", {}).get("encoding", ""),
        },
        "sheet": brought.reading.get("sheet", ""),
        "sheets": brought.reading.get("sheets", []),
        "seconds_left": _seconds_left(brought),
        "minutes_left": -(-(_seconds_left(brought) or 0) // 60),
        "delimiter": _DELIMITERS.get(delimiter, delimiter),
        "moving": brought.state in MOVING,
        "verdicts": list(counts.items()) if any(counts.values()) else [],
        "changes": counts["added"] + counts["changed"] + counts["merged"],
        "refused": counts["refused"],
        "effects": _effects(brought) if brought.state in {Import.State.CHECKED, Import.State.DONE} else [],
    }


def _effects(brought: Import) -> list[tuple[Promise, int]]:
    """Return the further effects of the import with their counts; permissions even if there are none."""
    counts = {name: int(brought.counts.get(name, 0)) for name in _EFFECTS}
    told = (name for name, number in counts.items() if number or (name == "granted" and name in brought.counts))
    return [(_EFFECTS[name], counts[name]) for name in told]


def _seconds_left(brought: Import) -> int | None:
    """Return the estimated remaining time at the current rate; None while it is unknown."""
    job = brought.job
    if job is None or job.started_at is None or not job.total or not job.done or brought.state not in MOVING:
        return None
    passed = (timezone.now() - job.started_at).total_seconds()
    return max(int(passed * (job.total - job.done) / job.done), 0)


def _mapping_facts(brought: Import, *, form: OriginForm, chosen: dict[str, str]) -> dict[str, Any]:
    columns = draw_columns(FileReading.from_json(brought.reading), chosen=chosen)
    return {"columns": columns, "form": form, "giving": sorted(GRANTING), "confirmed": "consent" in chosen.values()}
