"""How each act that a toast can take back is taken back: the literal table."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from esmero.house.models import User
from esmero.people.models import Topic
from esmero.people.tags import tag_persons, untag_persons
from esmero.people.topics import archive_topic

type Undo = Callable[[Mapping[str, Any], User], object]


def _untag(facts: Mapping[str, Any], by: User) -> object:
    return untag_persons(facts["persons"], name=facts["tag"], by=by)


def _tag(facts: Mapping[str, Any], by: User) -> object:
    return tag_persons(facts["persons"], name=facts["tag"], by=by)


def _offer_topic(facts: Mapping[str, Any], by: User) -> None:
    archive_topic(Topic.objects.get(pk=facts["topic"]), at=None, by=by)


def _archive_topic(facts: Mapping[str, Any], by: User) -> None:
    archive_topic(Topic.objects.get(pk=facts["topic"]), at=timezone.now(), by=by)


UNDOS: Mapping[str, Undo] = {
    "tagged": _untag,
    "untagged": _tag,
    "topic-archived": _offer_topic,
    "topic-brought-back": _archive_topic,
}
