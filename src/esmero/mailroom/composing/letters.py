"""Compose letters on paper from messages: the text of template or author, its frame, the values of the fields.

A template gives its text part without the footer of mails: links, which paper cannot follow, become addresses, and the
lines below the text say who writes, why, and how to object by post and phone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from esmero.house.jurisdictions import profile_of
from esmero.mailroom.composing.compiled_templates import CompiledTemplates, open_signer
from esmero.mailroom.composing.public_archive import find_share_url
from esmero.mailroom.composing.recipient_fields import SHARE_URL, read_values
from esmero.outbox.claims import ClaimedMessage, require_content
from esmero.outbox.letters.numbers import write_number
from esmero.outbox.models import Dispatch, Message
from esmero.refusal import Refusal
from esmero.rendering.paper.letter_pdf import PaperLetter, print_letters, write_letter
from esmero.rendering.templates.compile import CompiledTemplate
from esmero.rendering.templates.compiled_text import TokenLink
from esmero.rendering.tokens import TokenPurpose

type FilledValues = dict[str, object] | None


class ComposedLetter(NamedTuple):
    """Hold a finished letter, and the values of the fields in it."""

    letter: PaperLetter
    filled: FilledValues


class LetterText(NamedTuple):
    """Hold the text of one letter: language, subject, plain text, and the values of the fields in it."""

    language: str
    subject: str
    text: str
    filled: FilledValues


class LetterWriter:
    """Write the letters of one dispatch; its templates are compiled once."""

    def __init__(self, dispatch: Dispatch, *, templates: CompiledTemplates, share_url: str) -> None:
        self._dispatch = dispatch
        self._templates = templates
        self._share_url = share_url
        self._compiled: dict[str, CompiledTemplate] = {}

    def compose(self, row: ClaimedMessage, *, fields: Mapping[str, object], at: datetime) -> ComposedLetter:
        """Compose one letter; `fields` are those of its person.

        Raises Refusal: a fault of the template, a character that cannot be printed, or no address; ValueError without
        content.
        """
        if not row.address:
            raise Refusal("letter-without-address")
        require_content(row, at=at)
        content = self._fill(row, fields)
        brand = self._dispatch.brand
        number = write_number(row.id)
        name = brand.legal_name or brand.name
        with translation.override(content.language):
            letter = write_letter(
                number=number,
                language=content.language,
                sender=brand.name,
                sender_line=" · ".join((name, *_lines(brand.postal_address))),
                address=row.address,
                date=date_format(timezone.localdate(at), "DATE_FORMAT"),
                subject=content.subject,
                text=content.text,
                closing=_write_closing(self._dispatch, language=content.language, number=number),
            )
        return ComposedLetter(letter, content.filled)

    def _fill(self, row: ClaimedMessage, fields: Mapping[str, object]) -> LetterText:
        content = row.content or {}
        if "text" in content:
            written = content["text"]
            language = row.language or self._dispatch.brand.language
            return LetterText(language, written["subject"], written["text"], None)
        values = {**fields, SHARE_URL: self._share_url, **content.get("values", {})}
        compiled = self._compiled.get(row.language)
        if compiled is None:
            compiled = self._compiled[row.language] = self._templates.compile_for_paper(row.language)
        with_promotion = self._dispatch.includes_promotion(content=row.content, promotion=row.promotion)
        shown = compiled if with_promotion or compiled.without_promotion is None else compiled.without_promotion
        text = shown.text.render(values, self._addresses(compiled))
        subject = " ".join(compiled.subject.render(values, {}).split())
        filled = {field: values[field] for field in compiled.fields_used if values.get(field)} or None
        return LetterText(compiled.language, subject, text, filled)

    def _addresses(self, compiled: CompiledTemplate) -> dict[TokenLink, str]:
        """Return the address of each link: of a counted one its target, of a personal one the public page."""
        links = {TokenLink(purpose): self._dispatch.brand.public_url for purpose in TokenPurpose}
        return links | {TokenLink(TokenPurpose.CLICK, place): url for place, url in enumerate(compiled.links)}


def reprint(message: Message, *, at: datetime) -> bytes:
    """Return one letter as a PDF: as it was printed, from the values that the ledger keeps, or as it would be now.

    `at` is the time of printing. Raises as LetterWriter.compose does.
    """
    dispatch = message.dispatch
    writer = LetterWriter(
        dispatch, templates=CompiledTemplates(dispatch, open_signer()), share_url=find_share_url(dispatch)
    )
    fields: Mapping[str, object] = message.filled or {}
    if message.print_batch_id is None and message.person_id is not None:
        fields = read_values([message.person_id]).get(message.person_id, {})
    row = ClaimedMessage(*(getattr(message, name) for name in ClaimedMessage._fields))
    letter = writer.compose(row, fields=fields, at=at).letter
    window = profile_of(dispatch.brand.profile).window
    return print_letters([letter], window=window, title=letter.subject).pdf


def _write_closing(dispatch: Dispatch, *, language: str, number: str) -> list[str]:
    """Write the lines below the text, in the active language.

    Who gets advertising is told of the right to object (Regulation (EU) 2016/679 art. 21(2) and (4)).
    """
    brand = dispatch.brand
    reason = dispatch.reason.get(language) or next(iter(dispatch.reason.values()), "")
    lines = [(_("%(brand)s writes to you.") % {"brand": brand.legal_name or brand.name}).replace("..", ".")]
    if reason:
        lines.append(_("You get this letter because: %(reason)s") % {"reason": reason})
    if dispatch.topic_id is not None:
        facts = {"address": ", ".join(_lines(brand.postal_address)), "phone": brand.phone, "number": number}
        if brand.phone:
            words = _(
                "You may object to such letters at any time: call %(phone)s or write to %(address)s and name the number"
                " %(number)s."
            )
        else:
            words = _(
                "You may object to such letters at any time: write to %(address)s and name the number %(number)s."
            )
        lines.append(words % facts)
    elif brand.phone:
        lines.append(_("Phone: %(phone)s") % {"phone": brand.phone})
    return lines


def _lines(text: str) -> list[str]:
    return [line for part in text.split("\n") if (line := part.strip())]
