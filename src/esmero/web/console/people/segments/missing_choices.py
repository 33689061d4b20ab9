"""List references of a saved segment that are not among the offered choices.

They are deleted, of another brand, or beyond the limit of a list. They remain choices of this one segment, so that
opening and saving it loses no condition.
"""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from esmero.campaigns.models import Campaign
from esmero.imports.models import Import
from esmero.people.models import Segment, Tag, Topic
from esmero.people.segments.mentions import find_mentions
from esmero.people.segments.tree import Compare, read_json, walk
from esmero.people.segments.vocabulary import SCOPES
from esmero.web.parts.components.template_tags import said

type Named = dict[str, set[str]]


def list_named(conditions: Any) -> Named:
    """Return what a tree names by the subject of its choices: tag, segment, import, topic, of, field:KEY."""
    node = read_json(conditions)
    found = {
        subject: find_mentions(node, subject=subject) for subject in ("tag", "segment", "import", "topic", "brand")
    }
    found["of"] = {f"{scope}:{name}" for scope in SCOPES for name in find_mentions(node, subject=scope)}
    for leaf in walk(node):
        if isinstance(leaf, Compare):
            values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
            found.setdefault(f"field:{leaf.field}", set()).update(one for one in values if isinstance(one, str))
    return found


def label_missing(subject: str, values: Collection[str]) -> list[tuple[str, str]]:
    """Return the values with their labels, one query; mark those that no longer exist."""
    known: dict[str, str] = {}
    if subject == "tag":
        known = {name: name for name in Tag.objects.filter(name__in=values).values_list("name", flat=True)}
    elif subject == "segment":
        known = {name: name for name in Segment.objects.filter(name__in=values).values_list("name", flat=True)}
    elif subject == "import":
        known = {str(pk): name for pk, name in Import.objects.filter(pk__in=values).values_list("pk", "file_name")}
    elif subject == "topic":
        known = {code: words for code, words in _topics().items() if code in values}
    elif subject == "of":
        numbers = [int(value.partition(":")[2]) for value in values if value.startswith("dispatch:")]
        sent = Campaign.objects.filter(dispatch__in=numbers).values_list("dispatch", "name")
        known = {f"dispatch:{pk}": name for pk, name in sent}
        known |= {f"topic:{code}": words for code, words in _topics().items()}
    return [
        (value, known.get(value) or _("%(name)s (no longer there)") % {"name": _strip_scope(value)}) for value in values
    ]


def _strip_scope(value: str) -> str:
    scope, colon, name = value.partition(":")
    return name if colon and scope in {"brand", "topic", "dispatch"} else value


def _topics() -> dict[str, str]:
    rows = Topic.objects.select_related("brand").order_by("id")
    return {f"{one.brand.slug}/{one.code}": f"{one.brand}: {said(one.name) or one.code}" for one in rows}
