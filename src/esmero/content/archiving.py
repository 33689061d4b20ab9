"""Archive templates and pictures, which hides them from lists and choices, and restore them; their uses stay valid."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from esmero.content.models import MediaFile, Template
from esmero.house.audit import note
from esmero.house.models import User

type Archived = type[Template | MediaFile]

_AUDITED: Mapping[Archived, tuple[str, str]] = {Template: ("template", "templates"), MediaFile: ("media", "pictures")}


def archive(kind: Archived, ids: Collection[int], *, by: User | str) -> list[int]:
    """Archive rows; return the ids of those that changed."""
    return _set_archived(kind, ids, archived=True, by=by)


def unarchive(kind: Archived, ids: Collection[int], *, by: User | str) -> list[int]:
    """Undo `archive`; return the ids of those that changed."""
    return _set_archived(kind, ids, archived=False, by=by)


def _set_archived(kind: Archived, ids: Collection[int], *, archived: bool, by: User | str) -> list[int]:
    name, plural = _AUDITED[kind]
    with transaction.atomic():
        changed = list(kind.objects.filter(pk__in=ids, archived_at__isnull=archived).values_list("pk", flat=True))
        kind.objects.filter(pk__in=changed).update(archived_at=timezone.now() if archived else None)
        if changed:
            note(f"{name}.archived" if archived else f"{name}.brought-back", by=by, facts={plural: changed})
    return changed
