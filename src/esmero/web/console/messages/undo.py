"""Undo acts on messages, letters, templates, pictures and topics."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from esmero.campaigns.lifecycle import set_goal
from esmero.campaigns.models import Campaign
from esmero.content.archiving import unarchive
from esmero.content.models import MediaFile, Template
from esmero.house.models import User
from esmero.outbox.letters.returns import undo_return
from esmero.people.models import Topic
from esmero.people.permissions.topics import archive_topic
from esmero.web.console.area import Undo


def restore_goal(facts: Mapping[str, Any], by: User) -> None:
    """Restore the previous goal of a campaign, if the campaign still exists."""
    campaign = Campaign.objects.filter(pk=facts["campaign"]).first()
    if campaign is not None:
        set_goal(campaign, goal=facts["goal"], targets=[str(facts["goal"].get("link"))], by=by)


UNDOS: Mapping[str, Undo] = {
    "goal": restore_goal,
    "letter-returned": lambda facts, by: undo_return(facts, by=by),
    "template-archived": lambda facts, by: unarchive(Template, facts["templates"], by=by),
    "media-archived": lambda facts, by: unarchive(MediaFile, facts["pictures"], by=by),
    "topic-archived": lambda facts, by: archive_topic(Topic.objects.get(pk=facts["topic"]), at=None, by=by),
    "topic-brought-back": lambda facts, by: archive_topic(
        Topic.objects.get(pk=facts["topic"]), at=timezone.now(), by=by
    ),
}
