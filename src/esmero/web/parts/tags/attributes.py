"""Resolve the addresses and write the attributes of drawn elements."""

from collections.abc import Mapping
from functools import cache
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString

_ADDRESS_STARTS = ("/", "?", "#", "http:", "https:", "mailto:", "tel:")


def resolve_address(to: str, *args: object, query: str = "") -> str:
    """Return the URL of a route by its name and arguments; an address is returned unchanged."""
    address = to if not to or to.startswith(_ADDRESS_STARTS) else reverse(to, args=args)
    return f"{address}?{query}" if query and address else address


def flat_attributes(pairs: Mapping[str, object]) -> SafeString:
    """Return HTML attributes with a space before each; False, None and "" are left out, True has no value.

    An underscore in a name stands for a hyphen, because keyword arguments of template tags cannot contain one. Pages
    call this hundreds of times, so it writes the text itself instead of by format_html.
    """
    written = []
    for name, value in pairs.items():
        if value is True:
            written.append(f" {_write_name(name)}")
        elif value is not False and value is not None:
            text = escape_text(value)
            if text:
                written.append(f' {_write_name(name)}="{text}"')
    return SafeString("".join(written))


def escape_text(value: object) -> str:
    """Return a value as text for HTML; safe text (`__html__`) is returned unchanged."""
    if isinstance(value, SafeString):
        return value
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


@cache
def _write_name(name: str) -> str:
    return escape(name.rstrip("_").replace("_", "-"))
