"""Run `esmero import`: import a list, with one verdict a line."""

import argparse
import csv
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esmero.management.command import CommandOutput, Commands, add_command
from esmero.refusal import InvalidValue, NotThere, Refusal

if TYPE_CHECKING:
    from esmero.house.models import Brand
    from esmero.imports.kind import AnyKind
    from esmero.imports.models import Import
    from esmero.work.models import Job

FIELDS = """FIELD is number, email, given_name, family_name, full_name, title, phone, language, country, organisation,
street, postal_code, city, region, tags, consent, consent_text, consent_version, consent_date, withdrawn, unsubscribed,
status, attributes, ignore, or own:KEY[:TYPE] with TYPE text, integer, decimal, boolean, date or choice. Other names are
understood too (first_name, opt_in, withdrawn_at, opt_out, …). Columns of consent count only when you map them. `esmero
import undo NUMBER` takes an import back as a whole."""
UNDO = "undo"


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "import",
        handler=import_or_undo,
        summary=f"bring a list of people in from a CSV file or an Excel workbook. {FIELDS}",
    )
    command.add_argument(
        "file", type=Path, help=f"the list, as a spreadsheet or another tool exports it; or the word {UNDO}"
    )
    command.add_argument(
        "number", nargs="?", type=int, metavar="NUMBER", help=f"after {UNDO}: number of the import to take back"
    )
    command.add_argument("--brand", metavar="CODE", help="code of the brand whose permission it brings (required)")
    command.add_argument("--source", metavar="TEXT", help="who gathered the list, where and when (required)")
    command.add_argument(
        "--as",
        dest="kind",
        choices=("persons", "exclusions"),
        default="persons",
        help="what the lines are: persons (default), or addresses and numbers that must not be written to",
    )
    command.add_argument(
        "--scope",
        choices=("commercial", "all"),
        default="commercial",
        help="of an exclusion list: which mail it excludes (default: commercial)",
    )
    command.add_argument("--topic", metavar="CODE", help="what the consent is for (default: the brand's only topic)")
    command.add_argument(
        "--sheet", default="", metavar="NAME", help="of a workbook: which sheet (default: the likeliest)"
    )
    command.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=FIELD", help="what a column is; repeat it"
    )
    command.add_argument("--report", type=Path, metavar="TSV", help="write the verdict on each line to this file")
    command.add_argument(
        "--refused", type=Path, metavar="CSV", help="write the refused lines to this file, to be mended"
    )
    command.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")


def import_or_undo(options: argparse.Namespace) -> CommandOutput:
    """Import the file, or take an import back."""
    if str(options.file) == UNDO and options.number is not None:
        return _undo(options.number, dry_run=options.dry_run)
    if not options.brand:
        raise InvalidValue("import-brand-missing")
    if not options.source:
        raise InvalidValue("import-source-missing")
    if not options.file.is_file():
        raise NotThere("file-missing", file=str(options.file))
    # Before the import, so that a mistyped path does not lose the report of a finished one.
    for path in (options.report, options.refused):
        if path and not path.parent.is_dir():
            raise NotThere("folder-for-file-missing", folder=str(path.parent), file=path.name)
    return import_list(options)


def import_list(options: argparse.Namespace) -> CommandOutput:
    """Read and check the file and, without --dry-run, import it; resume the import if an earlier command was killed."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.imports.files.problem import MappingProblem
    from esmero.imports.lifecycle import IMPORT, begin_unchecked, create_import, find_unfinished
    from esmero.imports.refused_lines import write_refused
    from esmero.imports.run import run_check, run_chunk
    from esmero.management.foreground_jobs import run_in_foreground
    from esmero.management.lookup import find_brand
    from esmero.rounds.import_kinds import IMPORT_KINDS
    from esmero.work.jobs import retry

    brand = find_brand(options.brand)
    kind = IMPORT_KINDS[options.kind]
    import_options: dict[str, Any] = {
        "kind": kind,
        "choices": kind.fields.read_map(options.map),
        "options": _read_options(options, brand=brand),
        "source": options.source,
        "dry_run": options.dry_run,
        "by": "command line",
    }
    # The same file with the same options resumes the import of a killed command instead of starting a second one.
    content = options.file.read_bytes()
    list_import = find_unfinished(content, brand=brand, **import_options)
    if list_import is None:
        list_import = create_import(
            content, kind=kind, name=options.file.name, brand=brand, by="command line", sheet=options.sheet
        )
        try:
            list_import = begin_unchecked(list_import, **import_options)
        except MappingProblem:
            list_import.delete()
            raise
    assert list_import.job is not None
    retry(list_import.job)  # an earlier run of the command may have failed
    run = run_chunk if list_import.job.kind == IMPORT else run_check
    _require_done(run_in_foreground(list_import.job, chunk=partial(run, kinds=IMPORT_KINDS)))
    list_import.refresh_from_db()
    taken = [f"--{name}" for name in ("report", "refused") if getattr(options, name)]
    if taken:
        with transaction.atomic():
            note("import.exported", by="command line", subject=list_import, facts={"reason": " ".join(taken)})
    if options.report:
        _write_report(options.report, list_import, kind=kind)
    if options.refused:
        with options.refused.open("wb") as file:
            file.writelines(write_refused(list_import, kind=kind))
    facts = {
        "import": list_import.pk,
        "dry_run": options.dry_run,
        "encoding": list_import.reading["dialect"]["encoding"],
        "delimiter": list_import.reading["dialect"]["delimiter"],
        "columns": list_import.mapping,
        "counts": list_import.counts,
    }
    columns = "\n".join(f"  {column} → {field}" for column, field in list_import.mapping.items())
    counts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(list_import.counts.items()))
    return CommandOutput(facts, f"{facts['encoding']}, delimiter {facts['delimiter']!r}\n{columns}\n{counts}")


def _read_options(options: argparse.Namespace, *, brand: "Brand") -> dict[str, Any]:
    """Return the options of the kind: the scope of an exclusion list, or the topic of the consent."""
    from esmero.management.lookup import find_topic
    from esmero.people.models import Topic

    if options.kind == "exclusions":
        return {"scope": options.scope}
    topics = list(Topic.objects.filter(brand=brand, purpose__commercial=True)[:2])
    topic = find_topic(options.topic, brand=brand) if options.topic else topics[0] if len(topics) == 1 else None
    return {"topic": topic.pk if topic else None}


def _undo(number: int, *, dry_run: bool) -> CommandOutput:
    """Take an import back; resume if an earlier command was killed. With `dry_run` only count."""
    from esmero.imports.lifecycle import begin_undo
    from esmero.imports.models import Import
    from esmero.imports.undo import preview_undo, run_undo
    from esmero.management.foreground_jobs import run_in_foreground
    from esmero.rounds.import_kinds import IMPORT_KINDS
    from esmero.work.jobs import retry

    import_ = Import.objects.select_related("job", "file", "brand").filter(pk=number).first()
    if import_ is None:
        raise NotThere("import-unknown", id=number)
    kind = IMPORT_KINDS[import_.kind]
    if dry_run:
        counts = preview_undo(import_, kind=kind) or {}
    else:
        if import_.state != Import.State.UNDOING:
            import_ = begin_undo(import_, kind=kind, by="command line")
        assert import_.job is not None
        retry(import_.job)
        _require_done(run_in_foreground(import_.job, chunk=partial(run_undo, kinds=IMPORT_KINDS)))
        import_.refresh_from_db()
        counts = import_.undo_counts
    kept = list(
        kind.lines._default_manager.filter(of=import_)
        .exclude(undo="")
        .exclude(undo="undone")
        .order_by("line")
        .values_list("line", "undo")
    )
    text = ", ".join(f"{many} {name}" for name, many in sorted(counts.items()) if many)
    lines = "\n".join(f"  line {line}: {outcome}" for line, outcome in kept)
    return CommandOutput(
        {"import": import_.pk, "dry_run": dry_run, "counts": counts, "kept": kept},
        "\n".join(filter(None, [text, lines])),
    )


def _require_done(job: "Job") -> None:
    from esmero.management.reader_language import say_trouble

    if job.state != job.State.DONE:
        raise Refusal("import-stopped", trouble=say_trouble(job.trouble) if job.trouble else str(job.state))


def _write_report(path: Path, import_: "Import", *, kind: "AnyKind") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        report = csv.writer(file, delimiter="\t", lineterminator="\n")
        report.writerow(kind.report_columns)
        report.writerows(kind.write_report(import_))
