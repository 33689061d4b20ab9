"""Run `esmero privacy`: apply or count retention terms, list records of processing, export persons to a file."""

import argparse
import csv
import os
from pathlib import Path

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "privacy", summary="terms of storage, records of processing")
    retention = add_command(
        group, "retention", handler=apply_retention, summary="end what is over its term of storage, and say how much"
    )
    retention.add_argument("--dry-run", action="store_true", help="only count what would go; nothing is changed")
    records = add_command(
        group,
        "records",
        handler=list_processing_records,
        summary="the records of processing (GDPR art. 30), made of this house",
    )
    records.add_argument(
        "--language", choices=("es", "fr", "en"), default="en", help="language of the words (default: en)"
    )
    people = add_command(
        group, "people", handler=export_people, summary="write a file of people, for a reason that is written down"
    )
    people.add_argument("file", type=Path, metavar="CSV", help="file to write; it must not be there yet")
    people.add_argument("--reason", required=True, help="what the file is for; it goes into the audit log")
    people.add_argument("--segment", metavar="NAME", help="only the people of this segment (default: everybody)")


def export_people(options: argparse.Namespace) -> CommandOutput:
    """Write persons to a CSV file that only its owner can read; write the audit log entry before the file."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.lists.listing import ListRequest
    from esmero.management.lookup import find_segment
    from esmero.people.persons.listing import PEOPLE, listed_people
    from esmero.web.parts.components.tables import write_csv

    reason = options.reason.strip()[:300]
    if not reason:
        raise InvalidValue("export-reason-missing")
    rows = listed_people()
    if options.segment:
        from esmero.dossier.segments.selection import select_persons

        rows = rows.filter(pk__in=select_persons(find_segment(options.segment).conditions).order_by().values("pk"))
    if options.file.exists():
        raise InvalidValue("file-exists", file=str(options.file))
    with transaction.atomic():
        note("people.exported", by="command line", facts={"reason": reason, "query": options.segment or ""})
    number = -1  # the header line is no person
    with os.fdopen(
        os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", newline="", encoding="utf-8-sig"
    ) as file:
        out = csv.writer(file)
        for line in write_csv(rows, listing=PEOPLE, params=ListRequest()):
            out.writerow(line)
            number += 1
    return CommandOutput({"file": str(options.file), "people": number}, f"{number} people in {options.file}")


def list_processing_records(options: argparse.Namespace) -> CommandOutput:
    """Print the records of processing (GDPR art. 30(1)) in a language."""
    from dataclasses import asdict

    from django.utils import translation

    from esmero.privacy.processing_records import gather_records
    from esmero.web.parts.processing_record_labels import describe_records

    with translation.override(options.language):
        sections = describe_records(gather_records())
        lines: list[str] = []
        for one in sections:
            lines += ["", one.title.upper(), *([one.lead] if one.lead else [])]
            lines += [f"  {what}: {words}" if words else f"  {what}" for what, words in one.rows]
            lines += [f"  [ ] {words}" for words in one.off]
    return CommandOutput([asdict(one) for one in sections], "\n".join(lines).strip())


def apply_retention(options: argparse.Namespace) -> CommandOutput:
    """Apply the retention rules one by one, or count the rows that they would end."""
    from django.utils import timezone

    from esmero.privacy.retention import MOST_COUNTED, apply_all_rules, count_expired, list_rules

    at = timezone.now()
    numbers = count_expired(at, most=MOST_COUNTED) if options.dry_run else apply_all_rules(at=at, by="command line")
    facts = [
        {
            "rule": one.code,
            "days": one.days,
            "then": one.term.action.value,
            "norm": one.term.norm,
            "rests": one.term.source.value,
            "would go" if options.dry_run else "gone": numbers[one.code],
        }
        for one in list_rules()
    ]
    rows = [(f["rule"], f["days"], f["then"], numbers[str(f["rule"])], f["norm"], f["rests"]) for f in facts]
    header = ("rule", "days", "then", "would go" if options.dry_run else "gone", "norm", "rests on")
    said = f"\nCounted up to {MOST_COUNTED} rows a table; nothing was changed." if options.dry_run else ""
    return CommandOutput(facts, format_table(rows, header=header) + said)
