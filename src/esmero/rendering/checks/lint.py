"""Check a compiled template for faults that readers or receivers would notice; a warning, never an obstacle."""

import re

from selectolax.lexbor import LexborHTMLParser

from esmero.rendering.templates.compile import CompiledTemplate
from esmero.rendering.templates.compiled_text import TokenLink
from esmero.rendering.templates.problem import TemplateProblem, TranslatableText
from esmero.rendering.tokens import TokenPurpose

# Gmail clips at 99.5 to 100.2 kB of decoded HTML (public measurements), counted after links were rewritten.
CLIPPED_OCTETS = 100_000
_ADDRESS_OCTETS = 90


def lint(compiled: CompiledTemplate, *, bulk: bool) -> list[TemplateProblem]:
    """Return the faults of a compiled template. `bulk` mail needs an unsubscribe link."""
    problems = list(compiled.notes)
    octets = measure(compiled)
    if octets > CLIPPED_OCTETS:
        what = TranslatableText(
            "the HTML has about %(size)s kB, and Gmail cuts it off at %(most)s kB",
            size=octets // 1000,
            most=CLIPPED_OCTETS // 1000,
        )
        problems.append(TemplateProblem("body", what, TranslatableText("Shorten it, or link to a page with the rest")))
    if bulk and TokenLink(TokenPurpose.UNSUBSCRIBE) not in compiled.html.token_links:
        what = TranslatableText("nothing in the message lets its reader leave")
        problems.append(
            TemplateProblem(
                "body", what, TranslatableText('Give it a footer, or a link with href="{{ unsubscribe_url }}"')
            )
        )
    for image in LexborHTMLParser(compiled.html.source).css("img:not([alt])"):
        what = TranslatableText(
            "the image %(address)s has no words for those who do not see it", address=image.attributes.get("src") or ""
        )
        problems.append(
            TemplateProblem("body", what, TranslatableText('Give it alt="…", or alt="" if it only decorates'))
        )
    words = (piece for piece in compiled.text.pieces if isinstance(piece, str))
    if not compiled.text.fields and not re.search(r"\w", "".join(words)):
        problems.append(
            TemplateProblem(
                "body",
                TranslatableText("the text part is empty"),
                TranslatableText("Write at least one sentence outside of images"),
            )
        )
    return problems


def measure(compiled: CompiledTemplate) -> int:
    """Return the approximate size of the HTML in octets, with rewritten links and the promotion."""
    return len(compiled.html.source.encode()) + _ADDRESS_OCTETS * len(compiled.html.token_links)
