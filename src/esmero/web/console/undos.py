"""How each act that a toast can take back is taken back: the literal table."""

from collections.abc import Callable, Mapping
from typing import Any

from esmero.campaigns.lifecycle import set_goal
from esmero.campaigns.models import Campaign
from esmero.house.models import User
from esmero.people.silence import Lifted, restore_silences
from esmero.people.tags import tag_persons, untag_persons

type Undo = Callable[[Mapping[str, Any], User], object]


def _untag(facts: Mapping[str, Any], by: User) -> object:
    return untag_persons(facts["persons"], name=facts["tag"], by=by)


def _tag(facts: Mapping[str, Any], by: User) -> object:
    return tag_persons(facts["persons"], name=facts["tag"], by=by)


def _goal(facts: Mapping[str, Any], by: User) -> object:
    campaign = Campaign.objects.filter(pk=facts["campaign"]).first()
    return campaign and set_goal(campaign, goal=facts["goal"], targets=[str(facts["goal"].get("link"))], by=by)


def _silence(facts: Mapping[str, Any], by: User) -> object:
    return restore_silences((Lifted(*one) for one in facts["lifted"]), by=by)


UNDOS: Mapping[str, Undo] = {
    "lifted": _silence,
    "goal": _goal,
    "tagged": _untag,
    "untagged": _tag,
}
