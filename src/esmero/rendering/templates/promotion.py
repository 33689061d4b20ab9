"""The promotion slot: what stands in `<em-promotion>` is printed only for those whom the gate lets have it.

It becomes no condition of the template language: the document is cut once when it is compiled, into one with and one
without the slot, so that a message costs the same either way and nothing of a field can bring a lost promotion back.
The label is ours. It is put in after the author's styles have been applied, and each of its own is `!important`, which
no style sheet overrules (CSS Cascading 4, section 6.4.4); so it cannot be hidden, shrunk or coloured away.
Sources: Directive 2000/31/EC art. 6(a); Spain: Ley 34/2002 art. 20; France: LCEN art. 20.
"""

import re
from collections.abc import Sequence
from html import escape

from esmero.rendering.templates.placeholders import SLOT_CLOSE, SLOT_OPEN, Placeholders

SLOT = "em-promotion"
LABELS = {"es": "Publicidad", "fr": "Publicité", "en": "Advertisement"}
_STYLE = (
    "display:block", "visibility:visible", "opacity:1", "position:static", "overflow:visible", "float:none", "clear:both",
    "box-sizing:border-box", "width:auto", "max-width:600px", "height:auto", "max-height:none", "margin:0 auto",
    "padding:10px 20px", "background:#f1f1ef", "color:#4a4a4a", "font:600 13px/18px Arial,sans-serif",
    "letter-spacing:normal", "text-align:left", "text-indent:0", "text-transform:none", "mso-hide:none",
)  # fmt: skip


def label_of(language: str) -> str:
    """Return the word that marks advertising in this language, in English where we have none."""
    return LABELS.get(language[:2], LABELS["en"])


def mark_slots(mjml: str, tags: Sequence[tuple[int, int, bool]], masks: Placeholders) -> str:
    """Replace the tags of slots, given as (start, end, opens) within masked MJML, by raw elements that survive."""
    for start, end, opens in sorted(tags, reverse=True):
        mark = masks.word(SLOT_OPEN if opens else SLOT_CLOSE, 0)
        mjml = f"{mjml[:start]}<mj-raw><!--{mark}--></mj-raw>{mjml[end:]}"
    return mjml


def with_slots(document: str, masks: Placeholders, *, language: str) -> str:
    """Give the document with its promotions, each under its label."""
    style = ";".join(f"{each}!important" for each in _STYLE)
    label = f'<div role="note" style="{escape(style)}">{escape(label_of(language))}</div>'
    document = document.replace(_comment(SLOT_OPEN, masks), label)
    return document.replace(_comment(SLOT_CLOSE, masks), "")


def without_slots(document: str, masks: Placeholders) -> str:
    """Give the document without its promotions; no trace of them is left."""
    opening, closing = (re.escape(_comment(kind, masks)) for kind in (SLOT_OPEN, SLOT_CLOSE))
    return re.sub(f"{opening}.*?{closing}", "", document, flags=re.DOTALL)


def _comment(kind: str, masks: Placeholders) -> str:
    return f"<!--{masks.word(kind, 0)}-->"
