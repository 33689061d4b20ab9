"""Describe absences: return date, and the named replacement."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from esmero.web.parts.components.template_tags import on


def describe_absence_end(facts: Mapping[str, Any]) -> str:
    """Describe the end of an absence: "until 24 December 2026", that the person has left, or ""."""
    if facts.get("left"):
        return _("has left")
    until = str(facts.get("until") or "")
    if not until:
        return ""
    try:
        at = datetime.fromisoformat(f"{until}T12:00:00+00:00" if len(until) == 10 else until)
    except ValueError:
        return until
    return _("until %(day)s") % {"day": on(at, "short")}


def describe_absence(facts: Mapping[str, Any]) -> str:
    """Describe an absence: its end, and the replacement's address."""
    return " · ".join(part for part in (describe_absence_end(facts), str(facts.get("successor") or "")) if part)
