"""Resolve the addresses and write the attributes of drawn elements."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_ADDRESS_STARTS = ("/", "?", "#", "http:", "https:", "mailto:", "tel:")


def resolve_address(to: str, *args: object, query: str = "") -> str:
    """Return the URL of a route by its name and arguments; an address is returned unchanged."""
    address = to if not to or to.startswith(_ADDRESS_STARTS) else reverse(to, args=args)
    return f"{address}?{query}" if query and address else address


def flat_attributes(pairs: Mapping[str, object]) -> SafeString:
    """Return HTML attributes with a space before each; False, None and "" are left out, True has no value.

    An underscore in a name stands for a hyphen, because keyword arguments of template tags cannot contain one.
    """
    shown = ((name.rstrip("_").replace("_", "-"), value) for name, value in pairs.items())
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in shown
            if value is not False and value is not None and value != ""
        ),
    )
