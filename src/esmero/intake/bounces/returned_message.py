"""Read the header fields of a returned message, which identify ours if addresses are hidden."""

import json
import re
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType

from esmero.intake.mime.headers import Headers, read_headers
from esmero.intake.mime.message import ParsedMessage, split_head

MAX_RETURNED_FIELDS = 200
MAX_TRIES = 8

_KNOWN = {"message-id", "from", "to", "subject", "received", "date", "return-path", "feedback-id", "list-unsubscribe"}
_HEAD_IN_TEXT = re.compile(
    r"^(?:[>\t ]{0,4})(?:received|return-path|message-id|from|to|date|subject|dkim-signature|mime-version|x-received):",
    re.IGNORECASE | re.MULTILINE,
)


def find_returned_message(message: ParsedMessage, *, text: str) -> tuple[str, Mapping[str, str]]:
    """Return Message-ID (without brackets) and header fields of the returned message; empty if none came back."""
    headers = _find_headers(message, text=text)
    if headers is None:
        return "", MappingProxyType({})
    found: dict[str, str] = {}
    for name in dict.fromkeys(headers):
        if len(found) < MAX_RETURNED_FIELDS:
            found[name] = headers.get(name)
    return found.get("message-id", "").strip().strip("<>"), MappingProxyType(found)


def _find_headers(message: ParsedMessage, *, text: str) -> Headers | None:
    for part in message.parts:
        if part.type in {"message/rfc822", "message/global", "message/partial"}:
            return read_headers(split_head(part.content)[0])
        if part.type in {"text/rfc822-headers", "message/global-headers", "message/rfc822-headers"}:
            return read_headers(part.content)
    # Old mailers paste it into the text, under a line of dashes or without any line.
    for found in islice(_HEAD_IN_TEXT.finditer(text), MAX_TRIES):
        block = text[found.start() : found.start() + 32_768].split("\n\n", 1)[0]
        headers = read_headers(re.sub(r"(?m)^[> ]{1,4}(?=[A-Za-z-]+:)", "", block).encode("utf-8", "replace"))
        if len(_KNOWN.intersection(headers)) >= 3:
            return headers
    return None


def parse_object(text: str) -> dict[str, object]:
    """Return the JSON object at the beginning of a text, or an empty one.

    Nesting beyond the parser's limit is no object.
    """
    start = text.find("{")
    if start < 0 or start > 200:
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(text[start : start + 262_144])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
