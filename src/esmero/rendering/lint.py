"""What would disappoint a reader or a receiver in a template that compiles: said before a campaign, never in its way."""

import re

from selectolax.lexbor import LexborHTMLParser

from esmero.rendering.compile import Compiled
from esmero.rendering.pattern import Way
from esmero.rendering.problem import Problem, Said
from esmero.rendering.tokens import Purpose

# Gmail cuts at 99.5 to 100.2 kB of decoded HTML (public measurements), counted after links were rewritten.
CLIPPED_OCTETS = 100_000
_ADDRESS_OCTETS = 90


def lint(compiled: Compiled, *, bulk: bool) -> list[Problem]:
    """Give what should be mended in a compiled template; `bulk` mail needs a way to leave."""
    problems = list(compiled.notes)
    octets = measure(compiled)
    if octets > CLIPPED_OCTETS:
        what = Said(
            "the HTML has about %(size)s kB, and Gmail cuts it off at %(most)s kB",
            size=octets // 1000,
            most=CLIPPED_OCTETS // 1000,
        )
        problems.append(Problem("body", what, Said("Shorten it, or link to a page with the rest")))
    if bulk and Way(Purpose.UNSUBSCRIBE) not in compiled.html.ways:
        what = Said("nothing in the message lets its reader leave")
        problems.append(Problem("body", what, Said('Give it a footer, or a link with href="{{ unsubscribe_url }}"')))
    for image in LexborHTMLParser(compiled.html.source).css("img:not([alt])"):
        what = Said(
            "the image %(address)s has no words for those who do not see it", address=image.attributes.get("src") or ""
        )
        problems.append(Problem("body", what, Said('Give it alt="…", or alt="" if it only decorates')))
    words = (piece for piece in compiled.text.pieces if isinstance(piece, str))
    if not compiled.text.fields and not re.search(r"\w", "".join(words)):
        problems.append(
            Problem("body", Said("the text part is empty"), Said("Write at least one sentence outside of images"))
        )
    return problems


def measure(compiled: Compiled) -> int:
    """Return about how many octets the HTML has once its links are rewritten, with the promotion in it."""
    return len(compiled.html.source.encode()) + _ADDRESS_OCTETS * len(compiled.html.ways)
