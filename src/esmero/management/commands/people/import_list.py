"""`esmero import`: bring a list in, with a verdict on every line."""

import argparse
import csv
from pathlib import Path
from typing import Any

from esmero.management.command import CommandFault, CommandOutput, Commands, add_leaf

WORDS = """FIELD is number, email, given_name, family_name, full_name, title, phone, language, country, organisation,
street, postal_code, city, region, tags, consent, consent_text, consent_version, consent_date, withdrawn, unsubscribed,
status, attributes, ignore, or own:KEY[:TYPE] with TYPE text, integer, decimal, boolean, date or choice. Other names are
understood too (first_name, opt_in, withdrawn_at, opt_out, …). Columns of consent count only when you map them."""


def add(commands: Commands) -> None:
    """Add the command."""
    leaf = add_leaf(
        commands, "import", act=bring, words=f"bring a list of people in from a CSV file or an Excel workbook. {WORDS}"
    )
    leaf.add_argument("file", type=Path, help="the list, as a spreadsheet or another tool exports it")
    leaf.add_argument("--brand", required=True, metavar="CODE", help="code of the brand whose permission it brings")
    leaf.add_argument("--source", required=True, metavar="TEXT", help="who gathered the list, where and when")
    leaf.add_argument("--topic", metavar="CODE", help="what the consent is for (default: the brand's only topic)")
    leaf.add_argument("--sheet", default="", metavar="NAME", help="of a workbook: which sheet (default: the likeliest)")
    leaf.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="what a column is; repeat it")
    leaf.add_argument("--report", type=Path, metavar="TSV", help="write the verdict on each line to this file")
    leaf.add_argument("--refused", type=Path, metavar="CSV", help="write the refused lines to this file, to be mended")
    leaf.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")


def bring(options: argparse.Namespace) -> CommandOutput:
    """Read, check and (without --dry-run) bring the file in; what was killed half-way goes on when it is said again."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.management.foreground_jobs import run_here
    from esmero.management.lookup import find_brand, find_topic
    from esmero.people.imports.fields import read_map
    from esmero.people.imports.files.problem import MappingProblem
    from esmero.people.imports.lifecycle import IMPORT, begin_unchecked, create_import, find_unfinished
    from esmero.people.imports.refused_lines import write_refused
    from esmero.people.imports.run import run_check, run_chunk
    from esmero.people.models import Topic
    from esmero.work.jobs import retry

    if not options.file.is_file():
        raise CommandFault(f"There is no file {options.file}.")
    for path in (options.report, options.refused):
        if path and not path.parent.is_dir():
            raise CommandFault(f"There is no folder {path.parent} for {path.name}. Make it first; nothing was changed.")
    brand = find_brand(options.brand)
    topics = list(Topic.objects.filter(brand=brand, purpose__commercial=True)[:2])
    topic = find_topic(options.topic, brand=brand) if options.topic else topics[0] if len(topics) == 1 else None
    how: dict[str, Any] = {
        "choices": read_map(options.map),
        "topic": topic,
        "source": options.source,
        "dry_run": options.dry_run,
        "by": "command line",
    }
    content = options.file.read_bytes()
    brought = find_unfinished(content, brand=brand, **how)
    if brought is None:
        brought = create_import(content, name=options.file.name, brand=brand, by="command line", sheet=options.sheet)
        try:
            brought = begin_unchecked(brought, **how)
        except MappingProblem:
            brought.delete()
            raise
    assert brought.job is not None
    retry(brought.job)  # where an earlier run of it failed
    job = run_here(brought.job, chunk=run_chunk if brought.job.kind == IMPORT else run_check)
    if job.state != job.State.DONE:
        raise CommandFault(
            f"The import did not end: {job.trouble.strip().splitlines()[-1] if job.trouble else job.state}"
        )
    brought.refresh_from_db()
    taken = [f"--{name}" for name in ("report", "refused") if getattr(options, name)]
    if taken:
        with transaction.atomic():
            note("import.exported", by="command line", subject=brought, facts={"reason": " ".join(taken)})
    if options.report:
        _write_report(options.report, brought.pk)
    if options.refused:
        with options.refused.open("wb") as file:
            file.writelines(write_refused(brought))
    facts = {
        "import": brought.pk,
        "dry_run": options.dry_run,
        "encoding": brought.reading["dialect"]["encoding"],
        "delimiter": brought.reading["dialect"]["delimiter"],
        "columns": brought.mapping,
        "counts": brought.counts,
    }
    columns = "\n".join(f"  {column} → {field}" for column, field in brought.mapping.items())
    counts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(brought.counts.items()))
    return CommandOutput(facts, f"{facts['encoding']}, delimiter {facts['delimiter']!r}\n{columns}\n{counts}")


def _write_report(path: Path, pk: int) -> None:
    from esmero.people.imports.report import write_report
    from esmero.people.models import Import

    brought = Import.objects.select_related("topic").get(pk=pk)
    with path.open("w", encoding="utf-8", newline="") as file:
        report = csv.writer(file, delimiter="\t", lineterminator="\n")
        report.writerow(["line", "id", "verdict", "address", "shared", "commercial"])
        report.writerows(write_report(brought))
