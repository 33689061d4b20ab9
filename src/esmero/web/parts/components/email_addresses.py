"""Format e-mail addresses for tables, with a line break allowed before the @."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def show_address(value: str) -> str | SafeString:
    """Return an address with a possible line break before the @; other values unchanged."""
    name, at, domain = value.rpartition("@")
    return format_html("{}<wbr>@{}", name, domain) if at else value
