"""Run `esmero letters`: list letters and print batches, print what is due, record what was posted or came back."""

import argparse
import os
from pathlib import Path
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table

# As in outbox/letters/returns.py, which is loaded only by the command itself.
REASONS = ("unknown", "moved", "refused", "unclaimed", "deceased")


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "letters", summary="letters on paper: print, post, returned")
    show = add_command(group, "list", handler=list_batches, summary="what waits, and the print batches")
    make = add_command(group, "print", handler=print_due, summary="print what is due into files")
    for each in (show, make):
        each.add_argument("--brand", required=True, metavar="CODE", help="code of the brand")
    make.add_argument("--into", required=True, type=Path, metavar="FOLDER", help="folder for the PDF and the CSV")
    make.add_argument("--both-sides", action="store_true", help="each letter begins on a new sheet")
    posted = add_command(group, "posted", handler=record_posted, summary="record that a batch was posted")
    posted.add_argument("batch", type=int, metavar="BATCH", help="number of the batch")
    dropped = add_command(group, "discard", handler=discard, summary="discard a batch that was not posted")
    dropped.add_argument("batch", type=int, metavar="BATCH", help="number of the batch")
    returned = add_command(group, "returned", handler=record_returned, summary="record that a letter came back")
    returned.add_argument("number", metavar="NUMBER", help="number on the letter, such as 10452-7")
    returned.add_argument("--reason", required=True, choices=REASONS, help="what the post wrote on it")


def list_batches(options: argparse.Namespace) -> CommandOutput:
    """List the latest print batches of a brand, with the numbers of letters that are due and wait."""
    from django.utils import timezone

    from esmero.management.lookup import find_brand
    from esmero.outbox.letters import batches

    brand = find_brand(options.brand)
    due, later = batches.count_waiting(brand, now=timezone.now())
    facts = [_describe(one) for one in batches.list_batches(brand, limit=30)]
    rows = [(f["batch"], f["state"], f["letters"], f["pages"], f["made_at"][:16]) for f in facts]
    table = format_table(rows, header=("batch", "state", "letters", "pages", "made"))
    text = "\n".join(part for part in (f"{due} due, {later} for later", table) if part)
    return CommandOutput({"due": due, "later": later, "batches": facts}, text)


def print_due(options: argparse.Namespace) -> CommandOutput:
    """Print the letters that are due, and write PDF and CSV into a folder."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.mailroom.sending import print_batches
    from esmero.management.foreground_jobs import run_in_foreground
    from esmero.management.lookup import find_brand
    from esmero.management.reader_language import say_trouble
    from esmero.refusal import Refusal
    from esmero.vault.files import read
    from esmero.work.models import Job

    brand = find_brand(options.brand)
    if not options.into.is_dir():
        raise Refusal("folder-missing", folder=str(options.into))
    batch = print_batches.request_batch(brand, both_sides=options.both_sides, by="command line")
    job = Job.objects.filter(kind=print_batches.PRINT, subject_id=batch.pk).latest("pk")
    run_in_foreground(job, chunk=print_batches.run_chunk)
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise Refusal("letters-stopped", trouble=say_trouble(job.trouble) if job.trouble else str(job.state))
    batch.refresh_from_db()
    files = []
    for stored in (batch.pdf, batch.csv):
        if stored is not None:
            path = options.into / stored.name
            # Names and addresses of many: for the one who prints them alone.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(read(stored))
            with transaction.atomic():
                note("letters.exported", by="command line", subject=batch, facts={"name": stored.name})
            files.append(str(path))
    facts = {**_describe(batch), "files": files}
    return CommandOutput(facts, "\n".join((f"batch {batch.pk}: {batch.state}, {batch.letters} letters", *files)))


def record_posted(options: argparse.Namespace) -> CommandOutput:
    """Record that the letters of a batch were posted."""
    from django.utils import timezone

    from esmero.outbox.letters.batches import post_batch
    from esmero.outbox.models import PrintBatch
    from esmero.refusal import NotThere

    batch = PrintBatch.objects.filter(pk=options.batch).first()
    if batch is None:
        raise NotThere("print-batch-unknown", id=options.batch)
    number = post_batch(batch, by="command line", now=timezone.now())
    return CommandOutput({"batch": batch.pk, "posted": number}, f"{number} letters recorded as posted")


def discard(options: argparse.Namespace) -> CommandOutput:
    """Discard a batch that was not posted: its letters are due again."""
    from django.utils import timezone

    from esmero.outbox.letters.batches import discard_batch
    from esmero.outbox.models import PrintBatch
    from esmero.refusal import NotThere

    batch = PrintBatch.objects.filter(pk=options.batch).first()
    if batch is None:
        raise NotThere("print-batch-unknown", id=options.batch)
    number = discard_batch(batch, by="command line", now=timezone.now())
    return CommandOutput({"batch": batch.pk, "planned": number}, f"{number} letters are due again")


def record_returned(options: argparse.Namespace) -> CommandOutput:
    """Record that a letter came back."""
    from django.utils import timezone

    from esmero.outbox.letters.returns import LetterReturnReason, record_return

    found = record_return(
        options.number, reason=LetterReturnReason(options.reason), by="command line", at=timezone.now()
    )
    return CommandOutput({"message": found.message.pk, "person": found.message.person_id}, "Recorded.")


def _describe(batch: Any) -> dict[str, Any]:
    return {
        "batch": batch.pk,
        "state": batch.state,
        "letters": batch.letters,
        "pages": batch.pages,
        "made_at": batch.made_at.isoformat(),
        "posted_at": batch.posted_at.isoformat() if batch.posted_at else None,
    }
