"""Describe the timeline entries about mails from a person and answers to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from esmero.web.console.area import DescribeEntry, TimelineLine


def describe_received_mail(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe a mail from the person."""
    url = reverse("console:conversation", args=[facts["conversation"]])
    text = _("They wrote by mail: %(subject)s") % {"subject": facts["subject"]}
    return TimelineLine(at=at, text=text, state="info", quote=facts["text"], url=url)


def describe_answer(at: datetime, facts: Mapping[str, Any]) -> TimelineLine:
    """Describe an answer by staff."""
    url = reverse("console:conversation", args=[facts["conversation"]])
    text = _("%(author)s answered: %(subject)s") % {"author": facts["author"], "subject": facts["subject"]}
    return TimelineLine(at=at, text=text, state="kept", quote=facts["text"], url=url)


TIMELINE: Mapping[str, DescribeEntry] = {"wrote": describe_received_mail, "answered": describe_answer}
