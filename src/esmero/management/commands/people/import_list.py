"""Run `esmero import`: import a list, with one verdict a line."""

import argparse
import csv
from pathlib import Path
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command
from esmero.refusal import NotThere, Refusal

FIELDS = """FIELD is number, email, given_name, family_name, full_name, title, phone, language, country, organisation,
street, postal_code, city, region, tags, consent, consent_text, consent_version, consent_date, withdrawn, unsubscribed,
status, attributes, ignore, or own:KEY[:TYPE] with TYPE text, integer, decimal, boolean, date or choice. Other names are
understood too (first_name, opt_in, withdrawn_at, opt_out, …). Columns of consent count only when you map them."""


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "import",
        handler=import_list,
        summary=f"bring a list of people in from a CSV file or an Excel workbook. {FIELDS}",
    )
    command.add_argument("file", type=Path, help="the list, as a spreadsheet or another tool exports it")
    command.add_argument("--brand", required=True, metavar="CODE", help="code of the brand whose permission it brings")
    command.add_argument("--source", required=True, metavar="TEXT", help="who gathered the list, where and when")
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


def import_list(options: argparse.Namespace) -> CommandOutput:
    """Read and check the file and, without --dry-run, import it; resume the import if an earlier command was killed."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.management.foreground_jobs import run_in_foreground
    from esmero.management.lookup import find_brand, find_topic
    from esmero.management.reader_language import say_trouble
    from esmero.people.imports.fields import read_map
    from esmero.people.imports.files.problem import MappingProblem
    from esmero.people.imports.lifecycle import IMPORT, begin_unchecked, create_import, find_unfinished
    from esmero.people.imports.refused_lines import write_refused
    from esmero.people.imports.run import run_check, run_chunk
    from esmero.people.models import Topic
    from esmero.work.jobs import retry

    if not options.file.is_file():
        raise NotThere("file-missing", file=str(options.file))
    # Before the import, so that a mistyped path does not lose the report of a finished one.
    for path in (options.report, options.refused):
        if path and not path.parent.is_dir():
            raise NotThere("folder-for-file-missing", folder=str(path.parent), file=path.name)
    brand = find_brand(options.brand)
    topics = list(Topic.objects.filter(brand=brand, purpose__commercial=True)[:2])
    topic = find_topic(options.topic, brand=brand) if options.topic else topics[0] if len(topics) == 1 else None
    import_options: dict[str, Any] = {
        "choices": read_map(options.map),
        "topic": topic,
        "source": options.source,
        "dry_run": options.dry_run,
        "by": "command line",
    }
    # The same file with the same options resumes the import of a killed command instead of starting a second one.
    content = options.file.read_bytes()
    list_import = find_unfinished(content, brand=brand, **import_options)
    if list_import is None:
        list_import = create_import(
            content, name=options.file.name, brand=brand, by="command line", sheet=options.sheet
        )
        try:
            list_import = begin_unchecked(list_import, **import_options)
        except MappingProblem:
            list_import.delete()
            raise
    assert list_import.job is not None
    retry(list_import.job)  # an earlier run of the command may have failed
    job = run_in_foreground(list_import.job, chunk=run_chunk if list_import.job.kind == IMPORT else run_check)
    if job.state != job.State.DONE:
        raise Refusal("import-stopped", trouble=say_trouble(job.trouble) if job.trouble else str(job.state))
    list_import.refresh_from_db()
    taken = [f"--{name}" for name in ("report", "refused") if getattr(options, name)]
    if taken:
        with transaction.atomic():
            note("import.exported", by="command line", subject=list_import, facts={"reason": " ".join(taken)})
    if options.report:
        _write_report(options.report, list_import.pk)
    if options.refused:
        with options.refused.open("wb") as file:
            file.writelines(write_refused(list_import))
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


def _write_report(path: Path, pk: int) -> None:
    from esmero.people.imports.report import write_report
    from esmero.people.models import Import

    list_import = Import.objects.select_related("topic").get(pk=pk)
    with path.open("w", encoding="utf-8", newline="") as file:
        report = csv.writer(file, delimiter="\t", lineterminator="\n")
        report.writerow(["line", "id", "verdict", "address", "shared", "commercial"])
        report.writerows(write_report(list_import))
