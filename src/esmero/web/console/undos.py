"""How each act that a toast can take back is taken back: the literal table."""

from collections.abc import Callable, Mapping
from typing import Any

from esmero.dossier.saved import restore_segment
from esmero.house.models import User
from esmero.people.tags import tag_persons, untag_persons

type Undo = Callable[[Mapping[str, Any], User], object]


def _untag(facts: Mapping[str, Any], by: User) -> object:
    return untag_persons(facts["persons"], name=facts["tag"], by=by)


def _tag(facts: Mapping[str, Any], by: User) -> object:
    return tag_persons(facts["persons"], name=facts["tag"], by=by)


def _restore_segment(facts: Mapping[str, Any], by: User) -> object:
    return restore_segment(facts, by=by)


UNDOS: Mapping[str, Undo] = {
    "tagged": _untag,
    "untagged": _tag,
    "segment-deleted": _restore_segment,
}
