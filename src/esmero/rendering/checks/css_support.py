"""List CSS properties that large mail programs do not display, each with its source.

Source: Can I email (https://www.caniemail.com, MIT, (c) 2019 HTeuMeuLeu), features css-display-flex, css-display-grid,
css-position, css-box-shadow and css-animation, the latest test of each program. A program is listed if most of its
versions do not support the property, GMX for its webmail alone. Properties that degrade gracefully (border-radius) are
left out. The programs are those that the domain of an address reveals, and Outlook for Windows, which companies use
with their own domains.
"""

import re
from collections.abc import Iterator

GMAIL, YAHOO, OUTLOOK, OUTLOOK_COM, ORANGE, GMX = (
    "Gmail",
    "Yahoo",
    "Outlook (Windows)",
    "Outlook.com",
    "Orange",
    "GMX (webmail)",
)

UNSUPPORTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "display: flex": (r"display\s*:\s*(?:inline-)?flex", (OUTLOOK, ORANGE, GMX)),
    "display: grid": (r"display\s*:\s*(?:inline-)?grid", (GMAIL, YAHOO, OUTLOOK, ORANGE, GMX)),
    "position": (r"position\s*:\s*(?:absolute|relative|fixed|sticky)", (GMAIL, OUTLOOK)),
    "box-shadow": (r"box-shadow\s*:", (GMAIL, YAHOO, OUTLOOK, ORANGE, GMX)),
    "animation": (r"animation(?:-name)?\s*:", (GMAIL, YAHOO, OUTLOOK, OUTLOOK_COM, ORANGE)),
}
_PATTERNS = {name: re.compile(rf"(?<![\w-]){pattern}", re.IGNORECASE) for name, (pattern, _) in UNSUPPORTED.items()}
_STYLES = re.compile(r"<mj-style\b[^>]*>(.*?)</mj-style>|\bstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.DOTALL)


def find_unsupported(mjml: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield (line, property, programs that do not display it) for each property in a style, once a line."""
    for style in _STYLES.finditer(mjml):
        group = next((number for number in (1, 2, 3) if style[number] is not None), 0)
        for name, pattern in _PATTERNS.items():
            for match in pattern.finditer(style[group]):
                line = mjml.count("\n", 0, style.start(group) + match.start()) + 1
                yield line, name, UNSUPPORTED[name][1]
