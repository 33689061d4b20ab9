"""List references of a saved segment that are not among the offered choices.

They are deleted, of another brand, or beyond the limit of a list. They remain choices of this one segment, so that
opening and saving it loses no condition.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from esmero.campaigns.models import Campaign
from esmero.people.models import Import, Segment, Tag, Topic
from esmero.web.console.people.segments.tree import MATCHES
from esmero.web.parts.components.template_tags import said

type Named = dict[str, set[str]]


def list_named(conditions: Mapping[str, Any]) -> Named:
    """Return the references of conditions by subject.

    Subjects are "tag", "segment", "import", "permission", "topic", "of" and "field:KEY".
    """
    found: Named = {}
    _gather(conditions, found)
    return found


def _gather(part: Mapping[str, Any], found: Named) -> None:
    for match in MATCHES:
        for inner in part.get(match, ()):
            _gather(inner, found)
    if part.get("not"):
        _gather(part["not"], found)
    if "did" in part:
        for scope in ("brand", "topic", "dispatch"):
            if part.get(scope):
                found.setdefault("of", set()).add(f"{scope}:{part[scope]}")
        return
    if "field" in part:
        value = part.get("value")
        values = value if isinstance(value, list) else [value]
        found.setdefault(f"field:{part['field']}", set()).update(one for one in values if isinstance(one, str))
    for subject in ("tag", "segment", "import", "permission", "topic"):
        if subject in part:
            found.setdefault(subject, set()).add(str(part[subject]))


def label_missing(subject: str, values: Collection[str]) -> list[tuple[str, str]]:
    """Return the values with their labels, one query; mark those that no longer exist."""
    known: dict[str, str] = {}
    if subject == "tag":
        known = {name: name for name in Tag.objects.filter(name__in=values).values_list("name", flat=True)}
    elif subject == "segment":
        known = {name: name for name in Segment.objects.filter(name__in=values).values_list("name", flat=True)}
    elif subject == "import":
        known = {str(pk): name for pk, name in Import.objects.filter(pk__in=values).values_list("pk", "file_name")}
    elif subject in {"permission", "topic"}:
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
