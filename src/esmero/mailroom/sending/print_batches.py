"""Print the letters that are due into a batch: one PDF for the printer, one CSV for the envelopes.

A job in chunks: claim letters → addresses as they are now → gate → compose → lay out → files and state in one
transaction. The letters are claimed by the batch's own name; a job that is killed goes on with those that it had. A
letter is in a batch only when its files are, so none is printed twice or lost.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.jurisdictions import profile_of
from esmero.house.models import Brand, User
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.composing.letters import ComposedLetter, LetterWriter
from esmero.mailroom.composing.recipient_fields import read_values
from esmero.mailroom.sending.batches import ask_gate
from esmero.mailroom.sending.open_dispatches import OpenDispatch, load_open_dispatches
from esmero.outbox.claims import CLAIM_SIZE, ClaimedMessage, claim_messages, has_due, renew
from esmero.outbox.ledger import give_up
from esmero.outbox.letters.batches import KEPT_UNPOSTED, change_addresses, claim_name, list_claimed, mark_printed
from esmero.outbox.models import Message, PrintBatch
from esmero.outbox.posting.letter_addresses import list_addresses
from esmero.people.models import Channel, Person
from esmero.postal_address import MOST_LINES
from esmero.refusal import Refusal
from esmero.rendering.paper.letter_pdf import print_letters
from esmero.rendering.templates.problem import TemplateFault
from esmero.vault.files import seal, store
from esmero.vault.models import StoredFile
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

PRINT = "print-letters"
MOST_LETTERS = 1000  # of a batch; the rest is due for the next


def request_batch(brand: Brand, *, both_sides: bool, by: User | str) -> PrintBatch:
    """Begin a print batch of the letters that are due, or return the one that is in the making."""
    try:
        with transaction.atomic():
            batch = PrintBatch.objects.create(
                brand=brand, both_sides=both_sides, made_at=timezone.now(), made_by=str(by)[:200]
            )
            enqueue(PRINT, subject_id=batch.pk, by=str(by))
            note("letters.printed", by=by, subject=batch)
    except IntegrityError:
        return PrintBatch.objects.get(brand=brand, state=PrintBatch.State.MAKING)
    return batch


def run_chunk(job: Job) -> bool:
    """Claim letters for the batch of the job until there are enough, then print them."""
    batch = PrintBatch.objects.select_related("brand").get(pk=job.subject)
    if batch.state != PrintBatch.State.MAKING:
        return True
    dispatches = {
        pk: one
        for pk, one in load_open_dispatches(signer=open_signer(), known={}, channel=Channel.POST).items()
        if one.dispatch.brand_id == batch.brand_id
    }
    if not job.cursor.get("claimed"):
        _claim(job, batch, dispatches=dispatches)
        return False
    return _print(job, batch, dispatches=dispatches)


def _claim(job: Job, batch: PrintBatch, *, dispatches: dict[int, OpenDispatch]) -> None:
    name = claim_name(batch.pk)
    with transaction.atomic():
        have = Message.objects.filter(claimed_by=name, state=Message.State.CLAIMED).count()
        most = min(CLAIM_SIZE, MOST_LETTERS - have)
        rows = claim_messages(worker=name, dispatch_ids=dispatches, now=timezone.now(), most=most)
        job.cursor["claimed"] = len(rows) < CLAIM_SIZE
        job.total = have + len(rows)
        save_progress(job)


def _print(job: Job, batch: PrintBatch, *, dispatches: dict[int, OpenDispatch]) -> bool:
    now, name = timezone.now(), claim_name(batch.pk)
    if not list_claimed(batch.pk) and has_due(dispatch_ids=dispatches, now=now):
        # They were freed while the worker was away: claim them anew.
        job.cursor["claimed"] = False
        with transaction.atomic():
            save_progress(job)
        return False
    renew(worker=name, now=now)
    # A dispatch that was closed or paused since keeps its letters.
    rows = [row for row in list_claimed(batch.pk) if row.dispatch_id in dispatches]
    rows = _refresh_addresses(rows, batch=batch)
    passed = [
        row
        for start in range(0, len(rows), CLAIM_SIZE)
        for row in ask_gate(rows[start : start + CLAIM_SIZE], open_dispatches=dispatches, worker=name, now=now)
    ]
    composed = _compose(passed, batch=batch, dispatches=dispatches, at=now)
    if not composed:
        _finish_empty(job, batch)
        return True
    window, title = profile_of(batch.brand.profile).window, f"{batch.brand.name} {batch.pk}"
    printed = print_letters(
        [one.letter for one in composed.values()], window=window, title=title, both_sides=batch.both_sides
    )
    table = _write_csv(composed, pages=printed.pages, rows=passed)
    # The bytes are synced before the transaction, which is short then.
    for content in (printed.pdf, table):
        store(content)
    with transaction.atomic():
        made = PrintBatch.objects.filter(pk=batch.pk, state=PrintBatch.State.MAKING).update(
            state=PrintBatch.State.PRINTED,
            printed_at=now,
            letters=len(composed),
            pages=sum(printed.pages),
            pdf=_seal(printed.pdf, media_type="application/pdf", name=f"letters-{batch.pk}.pdf", at=now),
            csv=_seal(table, media_type="text/csv", name=f"letters-{batch.pk}.csv", at=now),
        )
        marked = mark_printed(batch.pk, {pk: one.filled for pk, one in composed.items()})
        if not made or marked != len(composed):
            raise RuntimeError(f"Batch {batch.pk} lost {len(composed) - marked} of its letters; it is printed again.")
        job.done = len(composed)
        save_progress(job)
    return True


def _seal(content: bytes, *, media_type: str, name: str, at: datetime) -> StoredFile:
    return seal(content, kind="letters", media_type=media_type, name=name, keep_until=at + KEPT_UNPOSTED)


def _finish_empty(job: Job, batch: PrintBatch) -> None:
    with transaction.atomic():
        PrintBatch.objects.filter(pk=batch.pk, state=PrintBatch.State.MAKING).update(state=PrintBatch.State.EMPTY)
        save_progress(job)


def _refresh_addresses(rows: Sequence[ClaimedMessage], *, batch: PrintBatch) -> list[ClaimedMessage]:
    """Use the postal addresses of today: a letter may have waited for days, and another have come back meanwhile."""
    persons = {row.person_id for row in rows if row.person_id is not None}
    found = list_addresses(persons, brand=batch.brand)
    fresh: list[ClaimedMessage] = []
    changed: dict[int, str] = {}
    for row in rows:
        known = found.get(row.person_id) if row.person_id is not None else None
        address = row.address if row.person_id is None else known.text if known else ""
        if address != row.address:
            changed[row.id] = address
        fresh.append(row._replace(address=address))
    change_addresses(batch.pk, changed)
    return fresh


def _compose(
    rows: Sequence[ClaimedMessage], *, batch: PrintBatch, dispatches: dict[int, OpenDispatch], at: datetime
) -> dict[int, ComposedLetter]:
    """Compose letters, by message id, and give up those that cannot be made, with their reason."""
    writers = {
        pk: LetterWriter(one.dispatch, templates=one.templates, share_url=one.share_url)
        for pk, one in dispatches.items()
    }
    fields = read_values(row.person_id for row in rows if row.person_id is not None)
    composed: dict[int, ComposedLetter] = {}
    faults: list[tuple[int, str]] = []
    for row in rows:
        own = fields.get(row.person_id or 0) or {}
        try:
            composed[row.id] = writers[row.dispatch_id].compose(row, fields=own, at=at)
        except (Refusal, TemplateFault, ValueError) as fault:
            faults.append((row.id, f"This message could not be made: {fault}"))
    if faults:
        give_up(faults, worker=claim_name(batch.pk))
    return composed


def _write_csv(
    composed: Mapping[int, ComposedLetter], *, pages: Sequence[int], rows: Sequence[ClaimedMessage]
) -> bytes:
    """Write a line for each letter, in their order, for whoever addresses and franks the envelopes."""
    persons = {row.id: row.person_id or 0 for row in rows}
    numbers = dict(Person.objects.filter(pk__in=set(persons.values())).values_list("pk", "number"))
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(["number", "person", *(f"line {place}" for place in range(1, MOST_LINES + 1)), "pages"])
    for (pk, one), sheets in zip(composed.items(), pages, strict=True):
        address = [*one.letter.address, *[""] * MOST_LINES][:MOST_LINES]
        cells = [one.letter.number, numbers.get(persons[pk]) or "", *address]
        lines.writerow([*(_guard_cell(cell) for cell in cells), sheets])
    # With a byte order mark, because spreadsheets read UTF-8 only then.
    return out.getvalue().encode("utf-8-sig")


def _guard_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
