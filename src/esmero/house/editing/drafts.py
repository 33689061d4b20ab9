"""Keep what a member of staff is writing, as it is typed: one draft for each person and thing.

A draft has a version of its own, because one person may write in two windows: a window whose draft was saved from
another is told, instead of writing over it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from esmero.house.models import Draft, User
from esmero.refusal import InvalidValue, Refusal

MAX_CHARACTERS = 1_000_000


class StaleDraft(Refusal):
    """Refuse a draft from a window that has not seen the newest one, or the end of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSubject:
    """Name the thing that is written: a kind and an id, and its part, such as a language."""

    kind: str
    id: int
    part: str = ""


def read_draft(owner: User, *, subject: DraftSubject) -> Draft | None:
    """Return the person's draft of a thing."""
    return Draft.objects.filter(**_key(owner, subject)).first()


def save_draft(owner: User, *, subject: DraftSubject, content: Mapping[str, str], seen: int, begun_from: int) -> Draft:
    """Save a draft over the version `seen` (0: there is none) and return it; `begun_from` is the row's version.

    The same content again changes nothing, so that an answer that was lost can be asked for again.

    Raises:
        StaleDraft: another window saved it since, or it ended there; the facts hold the version to build on.

    """
    if sum(map(len, content.values())) > MAX_CHARACTERS:
        raise InvalidValue("draft-too-long", most=MAX_CHARACTERS)
    key, values = _key(owner, subject), {"content": dict(content), "begun_from": begun_from}
    with transaction.atomic():
        if seen:
            rows = Draft.objects.filter(**key, version=seen)
            written = rows.update(**values, version=F("version") + 1, saved_at=timezone.now())
        else:
            written = _insert(key, values)
        draft = Draft.objects.filter(**key).first()
    if not written and (draft is None or draft.content != dict(content)):
        raise StaleDraft(
            "draft-changed-elsewhere", seen=draft.version if draft else 0, at=draft.saved_at if draft else None
        )
    assert draft is not None
    return draft


def drop_draft(owner: User, *, subject: DraftSubject) -> None:
    """Delete the person's draft of a thing, in the transaction that saves the thing."""
    Draft.objects.filter(**_key(owner, subject)).delete()


def _insert(key: Mapping[str, object], values: Mapping[str, object]) -> bool:
    try:
        with transaction.atomic():
            Draft.objects.create(**key, **values)
    except IntegrityError:  # another window was first
        return False
    return True


def _key(owner: User, subject: DraftSubject) -> dict[str, object]:
    return {"owner": owner, "subject_kind": subject.kind, "subject_id": subject.id, "part": subject.part}
