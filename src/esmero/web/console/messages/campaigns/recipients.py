"""Draw the people of a campaign: the reasons of the gate, and the outcome of each message."""

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString

from esmero.campaigns.models import AudienceMember
from esmero.outbox.models import Message
from esmero.web.parts.components.tables import DrawCell
from esmero.web.parts.components.template_tags import objections, outcome


def _draw_reasons(member: AudienceMember) -> SafeString:
    return objections(member.codes, member.facts)


def _draw_outcome(message: Message) -> SafeString | str:
    if not message.worst and not message.verdict:
        return ""
    return format_html("{} {}", outcome(message.worst), objections(message.verdict, message.objections))


DRAWN_AUDIENCE: Mapping[str, DrawCell] = {"because": _draw_reasons}
DRAWN_RECIPIENTS: Mapping[str, DrawCell] = {"outcome": _draw_outcome}
