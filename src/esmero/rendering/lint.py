"""What would disappoint a reader or a receiver in a template that compiles: said before a campaign, never in its way."""

import re

from selectolax.lexbor import LexborHTMLParser

from esmero.rendering.compile import Compiled
from esmero.rendering.pattern import Way
from esmero.rendering.problem import Problem
from esmero.rendering.tokens import Purpose

# Gmail cuts at 99.5 to 100.2 kB of decoded HTML (public measurements), counted after links were rewritten.
CLIPPED_OCTETS = 100_000
_ADDRESS_OCTETS = 90


def lint(compiled: Compiled, *, bulk: bool) -> list[Problem]:
    """Give what should be mended in a compiled template; `bulk` mail needs a way to leave."""
    problems = list(compiled.notes)
    octets = measure(compiled)
    if octets > CLIPPED_OCTETS:
        what = f"the HTML has about {octets // 1000} kB, and Gmail cuts it off at {CLIPPED_OCTETS // 1000} kB"
        problems.append(Problem("body", what, "Shorten it, or link to a page with the rest"))
    if bulk and Way(Purpose.UNSUBSCRIBE) not in compiled.html.ways:
        what = "nothing in the message lets its reader leave"
        problems.append(Problem("body", what, 'Give it a footer, or a link with href="{{ unsubscribe_url }}"'))
    for image in LexborHTMLParser(compiled.html.source).css("img:not([alt])"):
        what = f"the image {image.attributes.get('src') or ''} has no words for those who do not see it"
        problems.append(Problem("body", what, 'Give it alt="…", or alt="" if it only decorates'))
    words = (piece for piece in compiled.text.pieces if isinstance(piece, str))
    if not compiled.text.fields and not re.search(r"\w", "".join(words)):
        problems.append(Problem("body", "the text part is empty", "Write at least one sentence outside of images"))
    return problems


def measure(compiled: Compiled) -> int:
    """Return about how many octets the HTML has once its links are rewritten, with the promotion in it."""
    return len(compiled.html.source.encode()) + _ADDRESS_OCTETS * len(compiled.html.ways)
