"""Format the values of custom fields in the reader's language."""

from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from esmero.people.models import CustomField
from esmero.web.parts.components.times import TIME_FORMATS


def format_custom_value(value: Any, kind: str | None) -> str:
    """Format one value for display.

    Values that do not fit the declared kind, and whole numbers (often identifiers), are shown unchanged.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if kind == CustomField.Kind.DATE and isinstance(value, str):
        try:
            return date_format(date.fromisoformat(value), str(TIME_FORMATS["short"]))
        except ValueError:
            return value
    return number_format(value) if isinstance(value, float) else str(value)
