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


def undo_letter_return(facts: Mapping[str, Any], by: User) -> None:
    """Take back that a letter was returned."""
    undo_return(facts, by=by)


def unarchive_templates(facts: Mapping[str, Any], by: User) -> None:
    """Restore templates that were just archived."""
    unarchive(Template, facts["templates"], by=by)


def unarchive_pictures(facts: Mapping[str, Any], by: User) -> None:
    """Restore pictures that were just archived."""
    unarchive(MediaFile, facts["pictures"], by=by)


def offer_topic(facts: Mapping[str, Any], by: User) -> None:
    """Offer a topic again that was just archived."""
    archive_topic(Topic.objects.get(pk=facts["topic"]), at=None, by=by)


def archive_topic_again(facts: Mapping[str, Any], by: User) -> None:
    """Archive a topic that was just offered again."""
    archive_topic(Topic.objects.get(pk=facts["topic"]), at=timezone.now(), by=by)


UNDOS: Mapping[str, Undo] = {
    "goal": restore_goal,
    "letter-returned": undo_letter_return,
    "template-archived": unarchive_templates,
    "media-archived": unarchive_pictures,
    "topic-archived": offer_topic,
    "topic-brought-back": archive_topic_again,
}
