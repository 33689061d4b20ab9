"""Check and rewrite the addresses in a template: counted, personal, token link, or unchanged."""

import re

from esmero.rendering.templates.placeholders import ADDRESS, FIELD, QUERY, STEP, Placeholders
from esmero.rendering.templates.problem import TranslatableText

SCHEMES = ("http", "https", "mailto", "tel", "sms")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# The author must write this much literally, or a value could send the reader to any host.
_FIXED_START = re.compile(r"(https?://[^/?#\s]+[/?#]|mailto:|tel:|sms:)", re.IGNORECASE)


def check_address(
    name: str, value: str, placeholders: Placeholders
) -> tuple[TranslatableText, TranslatableText] | None:
    """Return the problem of the address in the attribute `name` and its remedy, or None."""
    marks = list(placeholders.pattern.finditer(value))
    if not marks:
        scheme = _ANY_SCHEME.match(value)
        if scheme and scheme[1].lower() not in SCHEMES:
            return TranslatableText(
                "%(scheme)s: in “%(name)s” is nothing that a mail reader opens", scheme=scheme[1], name=name
            ), TranslatableText("Give an address with https://")
        return None
    if name == "background-url":
        return TranslatableText("a background cannot be personal"), TranslatableText(
            "Use an <mj-image>, or one background for all"
        )
    if any(mark[1] == STEP for mark in marks):
        return TranslatableText("if and for cannot stand inside an address"), TranslatableText(
            "Put them around the whole element"
        )
    start = _FIXED_START.match(value.strip())
    if marks[0][0] != value.strip() and not (start and start.end() <= value.strip().index(marks[0][0])):
        return (
            TranslatableText(
                "a field stands where the name of the host belongs, so that the address could lead anywhere"
            ),
            TranslatableText("Write https://host/ out in full before the field, or make the field the whole address"),
        )
    return None


def is_relative(value: str, placeholders: Placeholders) -> bool:
    """Say whether an address is relative to a page, which has no meaning in a mail."""
    return not (placeholders.pattern.search(value) or _ANY_SCHEME.match(value) or value.startswith("#"))


def rewrite(name: str, value: str, placeholders: Placeholders) -> str:
    """Return the value to send, with placeholders: web links are registered, fields are made safe for addresses."""
    marks = list(placeholders.pattern.finditer(value))
    if not marks:
        return placeholders.link(value.strip()) if name == "href" and _WEB.match(value.strip()) else value
    if any(mark[1] != FIELD for mark in marks):
        return value
    if marks[0][0] == value.strip():
        purpose = placeholders.find_token_purpose(int(marks[0][2]))
        return placeholders.token_link(purpose) if purpose else placeholders.placeholder(ADDRESS, marks[0][2])
    return placeholders.pattern.sub(lambda mark: placeholders.placeholder(QUERY, mark[2]), value)
