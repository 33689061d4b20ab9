"""What a person's own fields hold, as the reader's language writes it."""

from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from esmero.people.models import CustomField
from esmero.web.parts.labels.states import MOMENTS


def say_own(value: Any, kind: str | None) -> str:
    """Say a value; what is not as its field declares, and whole numbers, which may be names of things, stand as they are."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if kind == CustomField.Kind.DATE and isinstance(value, str):
        try:
            return date_format(date.fromisoformat(value), str(MOMENTS["short"]))
        except ValueError:
            return value
    return number_format(value) if isinstance(value, float) else str(value)
