"""Absences in words: until when somebody is away, and whom their machine names instead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from esmero.web.parts.components.template_tags import on


def say_until(facts: Mapping[str, Any]) -> str:
    """Say what an event of absence tells of its end: "until 24 December 2026", that they have left, or nothing."""
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


def say_absence(facts: Mapping[str, Any]) -> str:
    """Say all that an event of absence tells: its end, and the address that is named instead."""
    return " · ".join(part for part in (say_until(facts), str(facts.get("successor") or "")) if part)
