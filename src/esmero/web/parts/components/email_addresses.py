"""Mail addresses as they stand in a table: they may be broken after the name, so that a long one squeezes nothing."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def show_address(value: str) -> str | SafeString:
    """Show an address that may go on in a new line at its sign; anything else as it is."""
    name, at, domain = value.rpartition("@")
    return format_html("{}<wbr>@{}", name, domain) if at else value
