"""Define the template tags and filters that put codes of the product into words."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from esmero.house.roles import may
from esmero.outbox.queries import MOST_COUNTED
from esmero.web.labels.audit_actions import label_action, label_actor
from esmero.web.labels.connection_troubles import translate_trouble
from esmero.web.labels.law.citations import translate_citation
from esmero.web.labels.messages import OUTCOME, label_objection
from esmero.web.labels.objection_facts import describe_objection
from esmero.web.labels.returns import describe_sign, label_meaning
from esmero.web.labels.work import label_job, label_reaction

register = template.Library()


@register.simple_tag
def outcome(worst: int) -> SafeString | str:
    """Show the worst event of a message after sending as a chip; "" without an event."""
    word = OUTCOME.get(worst)
    return format_html('<span class="chip" data-state="{}">{}</span>', word.look, word.text) if word else ""


@register.simple_tag
def objections(codes: str, facts: Mapping[str, Mapping[str, Any]] | None) -> SafeString:
    """Describe all objections of a verdict, each with its facts."""
    told = (
        (label_objection(code), describe_objection(code, (facts or {}).get(code.partition(":")[0], {})))
        for code in codes.split()
    )
    return format_html_join("; ", '<span>{}</span> <span class="soft">{}</span>', told)


@register.filter
def bounded(number: int) -> str:
    """Format a count of outbox/queries.py that stops at a bound, shown as 2,000+."""
    shown = number_format(min(number, MOST_COUNTED), force_grouping=True)
    return f"{shown}+" if number > MOST_COUNTED else str(shown)


# Filters that are functions of the labels as they stand.
register.filter("reason", label_objection)
register.filter("meaning", label_meaning)
register.filter("sign", describe_sign)
register.filter("job_name", label_job)
register.filter("reaction_name", label_reaction)
register.filter("law", translate_citation)
register.filter("act_name", label_action)
register.filter("actor", label_actor)
register.filter("trouble", translate_trouble)
# The right that a value names: {% if user|may:act.permission %}; for others there is `can`.
register.filter("may", may)
