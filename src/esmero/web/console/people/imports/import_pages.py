"""Serve the steps of an import: upload, column mapping, dry run with verdicts, and only then the change."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.house.upload_limits import LIST
from esmero.imports.files.problem import FileProblem, MappingProblem
from esmero.imports.lifecycle import (
    begin_check,
    begin_import,
    begin_undo,
    choose_sheet,
    create_import,
    reopen,
)
from esmero.imports.listing import list_imports
from esmero.imports.models import Import, ImportLine
from esmero.imports.reading import FileReading
from esmero.imports.refused_lines import write_refused
from esmero.imports.undo import preview_undo
from esmero.lists.filters import Rows
from esmero.lists.translations import pick_translation
from esmero.people.models import Topic
from esmero.rounds.import_kinds import EXCLUSIONS, IMPORT_KINDS, PERSONS
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import ListView, answer_list, list_view
from esmero.web.console.page_frame import read_brand, show, show_part, take_brand, wants_part
from esmero.web.console.people.imports.columns import draw_columns, read_mapping
from esmero.web.console.people.imports.files import give_file
from esmero.web.console.people.imports.import_progress import (
    describe_file,
    list_import_notices,
    list_verdicts,
    tell_progress,
    tell_step,
)
from esmero.web.console.people.imports.lines import DRAWN, list_lines
from esmero.web.console.people.imports.origin import ORIGIN_FORMS, OriginForm
from esmero.web.console.settings.first_steps import next_step
from esmero.web.files.serving import serve_pieces
from esmero.web.files.upload_field import UploadField
from esmero.web.refusals.say import say

MOVING = frozenset({Import.State.CHECKING, Import.State.RUNNING, Import.State.UNDOING})
_ENDED = frozenset({Import.State.CHECKED, Import.State.DONE, Import.State.FAILED, Import.State.UNDONE})
_EFFECTS: Mapping[str, Promise] = {
    "granted": _("Permissions given"),
    "withdrawn": _("Permissions taken back"),
    "suppressed": _("Silent addresses: nothing or no advertising goes there"),
    "address-mended": _("Addresses put right, such as those in capitals"),
    "address-invalid": _("Addresses that cannot be: these people come without one"),
    "address-none": _("Lines without an address"),
}
_WRITING = (ImportLine.Verdict.ADDED, ImportLine.Verdict.CHANGED, ImportLine.Verdict.MERGED)
_UNDO_EFFECTS: Mapping[str, Promise] = {
    "undone": _("Lines taken back"),
    "kept": _("Lines that stay, because somebody has changed or used them since"),
    "people-removed": _("People removed"),
    "people-restored": _("People who get their former values back"),
    "grants-removed": _("Permissions removed, on which nothing was sent"),
    "grants-withdrawn": _("Permissions withdrawn, on which something was sent: they stay in the ledger as proof"),
    "suppressions-removed": _("Exclusions removed"),
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


# The name of the topic of the consent, which a list of persons has among its options.
_TOPIC_NAME = Subquery(
    Topic.objects.filter(pk=Cast(KeyTextTransform("topic", OuterRef("options")), BigIntegerField())).values("name")[:1]
)


def _imports(request: HttpRequest) -> Rows:
    """Return the brand's imports."""
    brand = read_brand(request)
    return Import.objects.filter(brand=brand.pk if brand else 0).annotate(topic_name=_TOPIC_NAME)


imports = list_view(
    ListView(
        listing=list_imports(list(IMPORT_KINDS)),
        rows=_imports,
        subject="imports",
        up=("people", _("People")),
        title=_("Imports"),
        lead=_("Lists that were brought in. Each of their lines is accounted for."),
        new=("import-new", _("Import a list")),
        new_right="people.import",
        more=(("import-new-exclusions", _("Exclusion list")),),
        empty=(
            _("No list yet"),
            _(
                "Bring the list that you have: a workbook or a CSV file is enough. You see what will happen before"
                " anything does."
            ),
        ),
        begin=("import-new", _("Import a list")),
    )
)


@requires("people.import")
def upload(request: HttpRequest, kind: str = PERSONS.name) -> HttpResponse:
    """Store an uploaded file of a kind of import and read its columns."""
    brand = take_brand(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            brought = create_import(
                file.content, kind=IMPORT_KINDS[kind], name=file.name, brand=brand, by=staff(request)
            )
        except FileProblem as problem:
            form.add_error("file", say(problem))
        else:
            return redirect("console:import", pk=brought.pk)
    excludes = kind == EXCLUSIONS.name
    return show(request, "console/people/import/new.html", subject="imports", form=form, excludes=excludes)


@requires()
def show_import(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show an import by its state: columns, progress, or the verdict on each line."""
    brought = get_object_or_404(Import.objects.select_related("job", "brand"), pk=pk)
    live = wants_part(request) and "was" in request.GET
    if live and request.GET["was"] != brought.state:
        return HttpResponse(headers={"HX-Refresh": "true"})
    facts = _facts(brought)
    if live:
        return show_part(request, "console/people/import.html#live", **facts)
    template = "console/people/import.html"
    if brought.state in _ENDED:
        if brought.state == Import.State.DONE:
            facts["next_step"] = next_step(request, here="import")
        listing, rows = list_lines(brought)
        return answer_list(
            request,
            template,
            listing=listing,
            rows=rows,
            drawn=DRAWN,
            subject="imports",
            empty_title=gettext("No line was looked at"),
            empty_text=gettext("Here stands what becomes of each line, and why."),
            **facts,
        )
    if brought.state == Import.State.DRAFT:
        facts |= _mapping_facts(brought, form=ORIGIN_FORMS[brought.kind](None, brought=brought), chosen=brought.mapping)
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
        choose_sheet(brought, kind=IMPORT_KINDS[brought.kind], sheet=request.POST.get("sheet", ""), by=staff(request))
    elif what == "map":
        reopen(brought, by=staff(request))
    elif what == "run":
        begin_import(brought, by=staff(request))
    return redirect("console:import", pk=pk)


@requires("people.import")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what taking an import back would change, in numbers; by POST begin it."""
    brought = get_object_or_404(Import.objects.select_related("brand", "file", "job"), pk=pk)
    kind = IMPORT_KINDS[brought.kind]
    if request.method == "POST":
        begin_undo(brought, kind=kind, by=staff(request))
        return redirect("console:import", pk=pk)
    if brought.state != Import.State.DONE:
        return redirect("console:import", pk=pk)
    counts = preview_undo(brought, kind=kind)
    effects = [(words, counts[name]) for name, words in _UNDO_EFFECTS.items() if counts.get(name)] if counts else []
    return show(
        request,
        "console/people/import/undo.html",
        subject="imports",
        shown=brought,
        effects=effects,
        is_counted=counts is not None,
        lines=sum(int(brought.counts.get(name, 0)) for name in _WRITING),
    )


@requires()
def refused_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the refused lines as a file that can be corrected and imported again; needs a reason."""
    brought = get_object_or_404(Import.objects.select_related("file"), pk=pk)
    if brought.file.dropped_at is not None:
        messages.error(request, _("The file is gone: its term of storage is over."))
        return redirect("console:import", pk=pk)
    name = f"{brought.file_name.rpartition('.')[0] or brought.file_name}-refused.csv"

    def give() -> HttpResponseBase:
        pieces = write_refused(brought, kind=IMPORT_KINDS[brought.kind])
        return serve_pieces(pieces, name=name, media_type="text/csv; charset=utf-8")

    return give_file(request, brought=brought, words=str(_("The refused lines")), give=give)


def _check(request: HttpRequest, brought: Import) -> HttpResponse:
    """Store the mapping and queue the dry run, or show the form again with its errors."""
    kind = IMPORT_KINDS[brought.kind]
    reading = FileReading.from_json(brought.reading)
    form = ORIGIN_FORMS[brought.kind](request.POST, brought=brought)
    values = request.POST.getlist("column")
    confirmed = "confirm" in request.POST
    fault = ""
    if form.is_valid() and confirmed and "consent" in values and form.cleaned_data.get("topic") is None:
        form.add_error("topic", say(MappingProblem("consent-without-topic")))
    if form.is_valid():
        try:
            begin_check(
                brought,
                kind=kind,
                choices=read_mapping(reading, values=values, confirmed=confirmed, fields=kind.fields),
                options=form.options,
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
    moving = brought.state in MOVING
    return {
        "shown": brought,
        "head": describe_file(brought, delimiter=str(_DELIMITERS.get(delimiter, delimiter))),
        "header_line": brought.reading.get("header_line", 0),
        "sheet": brought.reading.get("sheet", ""),
        "sheets": [(name, name) for name in brought.reading.get("sheets", [])],
        "moving": moving,
        "step": tell_step(brought.state),
        "progress": tell_progress(brought, seconds_left=_seconds_left(brought)),
        "notices": list_import_notices(brought, refused=counts["refused"]),
        "excludes": brought.kind == EXCLUSIONS.name,
        "undo_effects": [
            (words, brought.undo_counts[name]) for name, words in _UNDO_EFFECTS.items() if brought.undo_counts.get(name)
        ],
        "verdicts": list_verdicts(counts, linked=not moving),
        "changes": counts["added"] + counts["changed"] + counts["merged"],
        "refused": counts["refused"],
        "effects": _effects(brought) if brought.state in _ENDED else [],
        "effects_title": gettext("What else it did") if brought.finished_at else gettext("What else it would do"),
    }


def _effects(brought: Import) -> list[tuple[str | Promise, int]]:
    """Return the further effects of the import with their counts; permissions even if there are none.

    The first names the topic of the consent.
    """
    counts = {name: int(brought.counts.get(name, 0)) for name in _EFFECTS}
    topic = Topic.objects.filter(pk=brought.options.get("topic")).first()
    told = [name for name, number in counts.items() if number or (name == "granted" and name in brought.counts)]
    effects: list[tuple[str | Promise, int]] = [(_EFFECTS[name], counts[name]) for name in told]
    if effects and topic:
        first, number = effects[0]
        effects[0] = (format_html('{} <span class="soft">· {}</span>', first, pick_translation(topic.name)), number)
    return effects


def _seconds_left(brought: Import) -> int | None:
    """Return the estimated remaining time at the current rate; None while it is unknown."""
    job = brought.job
    if job is None or job.started_at is None or not job.total or not job.done or brought.state not in MOVING:
        return None
    passed = (timezone.now() - job.started_at).total_seconds()
    return max(int(passed * (job.total - job.done) / job.done), 0)


def _mapping_facts(brought: Import, *, form: OriginForm, chosen: dict[str, str]) -> dict[str, Any]:
    fields = IMPORT_KINDS[brought.kind].fields
    columns = draw_columns(FileReading.from_json(brought.reading), chosen=chosen, fields=fields)
    return {
        "columns": columns,
        "form": form,
        "giving": sorted(fields.granting),
        "confirmed": "consent" in chosen.values(),
    }
