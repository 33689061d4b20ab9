"""Render claimed messages into parcels and mark them as on the wire. Runs in the sender's database thread."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from esmero.mailroom.composing.attachments import AttachmentCache, AttachmentUnreadable
from esmero.mailroom.composing.recipient_fields import SHARE_URL, read_values
from esmero.mailroom.sending.open_dispatches import OpenDispatch
from esmero.outbox.claims import ClaimedMessage, put_on_wire, require_content
from esmero.outbox.journal import Journal
from esmero.outbox.ledger import give_up, refuse
from esmero.outbox.models import Message, MessageAttachment
from esmero.outbox.transports.parcels import Parcel
from esmero.rendering.message import FinishedMail, PersonalFacts
from esmero.rendering.mime.attachment import EncodedAttachment
from esmero.rendering.mime.headers import HeaderInjection
from esmero.rendering.templates.problem import TemplateFault
from esmero.rendering.written_message import WrittenContent

STORAGE_PAUSE = timedelta(minutes=10)  # until the next try, if the disk of the vault does not answer

type Filled = dict[str, object] | None


class CopiedMessage(NamedTuple):
    """Hold the headers that a copy takes from its message: address in To, local part of the Message-ID."""

    address: str
    opaque: str


class ComposedMail(NamedTuple):
    """Hold a finished mail, and the values of the fields in it."""

    mail: FinishedMail
    filled: Filled


def render_parcels(
    rows: Sequence[ClaimedMessage],
    *,
    open_dispatches: dict[int, OpenDispatch],
    attachments: Mapping[int, Sequence[MessageAttachment]],
    files: AttachmentCache,
    worker: str,
    journal: Journal,
    at: datetime,
) -> list[Parcel]:
    """Render messages, mark them as on the wire in ledger and journal, and return those to hand to the transport.

    A message that cannot be rendered is given up with its reason. A message that another worker claimed meanwhile is
    left out.
    """
    fields = read_values(row.person_id for row in rows if row.person_id is not None)
    copied = _read_copied(row.copy_of_id for row in rows if row.copy_of_id is not None)
    composed: list[ComposedMail] = []
    faults: list[tuple[int, str]] = []
    later: list[int] = []
    for row in rows:
        try:
            composed.append(
                compose(
                    row,
                    open_dispatch=open_dispatches[row.dispatch_id],
                    fields=fields.get(row.person_id or 0) or {},
                    copied=copied.get(row.copy_of_id or 0),
                    attachments=[files.encode(one) for one in attachments.get(row.id, ())],
                    at=at,
                )
            )
        except AttachmentUnreadable as fault:
            if fault.may_return:
                later.append(row.id)
            else:
                faults.append((row.id, f"This message could not be made: {fault}"))
        except (HeaderInjection, TemplateFault, OSError, ValueError) as fault:
            faults.append((row.id, f"This message could not be made: {fault}"))
    if faults:
        give_up(faults, worker=worker)
    if later:
        refuse([(pk, "", None, at + STORAGE_PAUSE) for pk in later], worker=worker, at=at)
    held = put_on_wire({mail.message: filled for mail, filled in composed}, worker=worker)
    ours = [
        Parcel(mail.message, mail.return_path, mail.recipient, mail.body, mail.needs_smtputf8)
        for mail, _ in composed
        if mail.message in held
    ]
    # Only messages that are ours in the ledger: after a power cut, every message in the journal may have been sent.
    journal.hand_over(parcel.key for parcel in ours)
    return ours


def compose(
    row: ClaimedMessage,
    *,
    open_dispatch: OpenDispatch,
    fields: Mapping[str, object],
    copied: CopiedMessage | None,
    attachments: Sequence[EncodedAttachment],
    at: datetime,
) -> ComposedMail:
    """Render one message; `fields` are those of its person.

    Raises HeaderInjection or TemplateFault.
    """
    require_content(row, at=at)
    content = row.content or {}
    name = str(fields.get("full_name", ""))
    opaque = copied.opaque if copied else row.opaque
    if "text" in content:
        personal = PersonalFacts(message=row.id, opaque=opaque, address=row.address, name=name, values={})
        to = copied.address if copied else row.address
        mail = open_dispatch.templates.written_renderer().render(
            personal, _read_text(content["text"], to=to), at=at, attachments=attachments
        )
        return ComposedMail(mail, None)
    values = {**fields, SHARE_URL: open_dispatch.share_url, **content.get("values", {})}
    personal = PersonalFacts(
        message=row.id, opaque=opaque, address=row.address, name=str(values.get("full_name", "")), values=values
    )
    renderer = open_dispatch.templates.renderer_for(row.language)
    promotion = open_dispatch.dispatch.includes_promotion(content=row.content, promotion=row.promotion)
    mail = renderer.render(personal, at=at, promotion=promotion, attachments=attachments)
    return ComposedMail(mail, {field: values[field] for field in renderer.fields if values.get(field)} or None)


def _read_text(stored: Mapping[str, object], *, to: str) -> WrittenContent:
    """Return a written text from the form that WrittenText.stored() gives."""
    facts = {**stored, "to": to}
    for name in ("cc", "references", "reply_to"):
        value = facts[name]
        facts[name] = tuple(value) if isinstance(value, list) else value
    return WrittenContent(**facts)  # type: ignore[arg-type]


def _read_copied(ids: Iterable[int]) -> dict[int, CopiedMessage]:
    wanted = set(ids)
    if not wanted:
        return {}
    rows = Message.objects.filter(id__in=wanted).values_list("id", "address", "opaque")
    return {pk: CopiedMessage(address, opaque) for pk, address, opaque in rows}
