"""Show a message as its reader got it, or as they would get it now: links are disabled, nothing is counted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from esmero.content.media import to_local
from esmero.mailroom.composing.compiled_templates import CompiledTemplates, open_signer
from esmero.mailroom.composing.recipient_fields import SHARE_URL, read_values
from esmero.outbox.models import Message, MessageAttachment
from esmero.outbox.posting.kinds import SECRET
from esmero.rendering.templates.compiled_text import TokenLink


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCopy:
    """Hold the content of a message; `html` is "" for a written text.

    `is_sent`: with the values that it left with; else with those of now.
    """

    subject: str
    html: str
    text: str
    cc: tuple[str, ...]
    is_sent: bool
    attachments: Sequence[MessageAttachment]


def has_copy(message: Message) -> bool:
    """Return whether the content can be shown: it is there, and not for its reader alone."""
    if message.kind in SECRET:
        return False
    if message.kind:
        return message.content is not None
    # Without the address, the values went too: the person was erased, or the term is over.
    return message.dispatch.version_id is not None and bool(message.address)


def show_copy(message: Message) -> SentCopy:
    """Return the content of a message for which `has_copy` is true.

    Raises:
        TemplateFault: the template can no longer be compiled (a field was deleted since).
    """
    content, is_sent = message.content or {}, message.filled is not None or message.sent_at is not None
    attachments = list(message.attachments.select_related("file").order_by("position"))
    if "text" in content:
        text = content["text"]
        return SentCopy(
            subject=text["subject"],
            html="",
            text=text["text"],
            cc=tuple(text["cc"]),
            is_sent=is_sent,
            attachments=attachments,
        )
    dispatch = message.dispatch
    templates = CompiledTemplates(dispatch, open_signer())
    compiled = templates.compile_language(templates.language_for(message.language))
    with_promotion = dispatch.includes_promotion(content=message.content, promotion=message.promotion)
    shown = compiled if with_promotion or compiled.without_promotion is None else compiled.without_promotion
    values = {SHARE_URL: "#", **(message.filled or {})} if is_sent else _read_present_values(message)
    nowhere: defaultdict[TokenLink, str] = defaultdict(lambda: "#")
    return SentCopy(
        subject=" ".join(compiled.subject.render(values, {}).split()),
        html=to_local(shown.html.render(values, nowhere), brand=dispatch.brand),
        text="",
        cc=(),
        is_sent=is_sent,
        attachments=attachments,
    )


def _read_present_values(message: Message) -> dict[str, object]:
    own = read_values([message.person_id]).get(message.person_id, {}) if message.person_id else {}
    return {SHARE_URL: "#", **own, **(message.content or {}).get("values", {})}
