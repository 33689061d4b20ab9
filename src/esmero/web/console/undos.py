"""How each act that a toast can take back is taken back: the literal table."""

from collections.abc import Callable, Mapping
from typing import Any

from esmero.house.models import User
from esmero.people.tags import tag_persons, untag_persons
from esmero.web.console import taking_back

type Undo = Callable[[Mapping[str, Any], User], object]


def _untag(facts: Mapping[str, Any], by: User) -> object:
    return untag_persons(facts["persons"], name=facts["tag"], by=by)


def _tag(facts: Mapping[str, Any], by: User) -> object:
    return tag_persons(facts["persons"], name=facts["tag"], by=by)


UNDOS: Mapping[str, Undo] = {
    "tagged": _untag,
    "untagged": _tag,
    "person-changed": taking_back.change,
    "organisation-changed": taking_back.organisation,
    "reach-added": taking_back.addition,
    "reach-changed": taking_back.reach,
    "paused": taking_back.pause,
    "silenced": taking_back.silence,
    "lifted": taking_back.lifting,
    "noted": taking_back.note,
    "merged": taking_back.merging,
    "told-apart": taking_back.telling_apart,
}
