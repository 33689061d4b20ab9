"""Describe the timeline entries about devices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from esmero.web.console.area import DescribeEntry, TimelineLine
from esmero.web.labels.audit_actions import label_action, label_actor


def describe_device(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe that a device was lent, changed or given back."""
    told = {"by": label_actor(facts["by"]), "what": label_action(facts["action"]), "fields": facts["name"]}
    url = reverse("console:device", args=[facts["device"]])
    return TimelineLine(at=at, text=_("%(by)s %(what)s: %(fields)s") % told, note=facts["serial"], url=url)


TIMELINE: Mapping[str, DescribeEntry] = {"device": describe_device}
