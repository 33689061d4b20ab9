"""What an address in a template may be, and what becomes of it: counted, personal, ours, or left as it is."""

import re

from esmero.rendering.templates.placeholders import ADDRESS, FIELD, QUERY, STEP, Placeholders
from esmero.rendering.templates.problem import TranslatableText

SCHEMES = ("http", "https", "mailto", "tel", "sms")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# As far as this the author must have written it, or a value could lead the reader anywhere.
_FIXED_START = re.compile(r"(https?://[^/?#\s]+[/?#]|mailto:|tel:|sms:)", re.IGNORECASE)


def object_to(name: str, value: str, masks: Placeholders) -> tuple[TranslatableText, TranslatableText] | None:
    """Give what is wrong with the address in the attribute `name` and what to do, or nothing."""
    marks = list(masks.pattern.finditer(value))
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


def is_relative(value: str, masks: Placeholders) -> bool:
    """Say whether an address means nothing in a mail, because it counts on the page that it stands on."""
    return not (masks.pattern.search(value) or _ANY_SCHEME.match(value) or value.startswith("#"))


def rewrite(name: str, value: str, masks: Placeholders) -> str:
    """Give the masked value that goes out: web links are registered and replaced, fields are made safe for addresses."""
    marks = list(masks.pattern.finditer(value))
    if not marks:
        return masks.link(value.strip()) if name == "href" and _WEB.match(value.strip()) else value
    if any(mark[1] != FIELD for mark in marks):
        return value
    if marks[0][0] == value.strip():
        way = masks.way_of(int(marks[0][2]))
        return masks.way(way) if way else masks.word(ADDRESS, marks[0][2])
    return masks.pattern.sub(lambda mark: masks.word(QUERY, mark[2]), value)
