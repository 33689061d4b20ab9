"""Map each kind of undoable action to its undo function."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from esmero.campaigns.lifecycle import set_goal
from esmero.campaigns.models import Campaign
from esmero.content.archiving import unarchive
from esmero.content.models import MediaFile, Template
from esmero.dossier.segments.saving import restore_segment
from esmero.house.models import User
from esmero.outbox.letters.returns import undo_return
from esmero.people.addresses.suppression_lifting import LiftedSuppression, restore_suppressions
from esmero.people.models import Topic
from esmero.people.permissions.topics import archive_topic
from esmero.people.persons.tags import tag_persons, untag_persons
from esmero.web.console.undo import people

type Undo = Callable[[Mapping[str, Any], User], object]


def _untag(facts: Mapping[str, Any], by: User) -> object:
    return untag_persons(facts["persons"], name=facts["tag"], by=by)


def _tag(facts: Mapping[str, Any], by: User) -> object:
    return tag_persons(facts["persons"], name=facts["tag"], by=by)


def _bring_back_templates(facts: Mapping[str, Any], by: User) -> object:
    return unarchive(Template, facts["templates"], by=by)


def _bring_back_pictures(facts: Mapping[str, Any], by: User) -> object:
    return unarchive(MediaFile, facts["pictures"], by=by)


def _offer_topic(facts: Mapping[str, Any], by: User) -> None:
    archive_topic(Topic.objects.get(pk=facts["topic"]), at=None, by=by)


def _archive_topic(facts: Mapping[str, Any], by: User) -> None:
    archive_topic(Topic.objects.get(pk=facts["topic"]), at=timezone.now(), by=by)


def _goal(facts: Mapping[str, Any], by: User) -> object:
    campaign = Campaign.objects.filter(pk=facts["campaign"]).first()
    return campaign and set_goal(campaign, goal=facts["goal"], targets=[str(facts["goal"].get("link"))], by=by)


def _restore_suppressions(facts: Mapping[str, Any], by: User) -> object:
    return restore_suppressions((LiftedSuppression(*one) for one in facts["lifted"]), by=by)


def _restore_segment(facts: Mapping[str, Any], by: User) -> object:
    return restore_segment(facts, by=by)


def _undo_letter_return(facts: Mapping[str, Any], by: User) -> object:
    return undo_return(facts, by=by)


UNDOS: Mapping[str, Undo] = {
    "silence-lifted": _restore_suppressions,
    "goal": _goal,
    "tagged": _untag,
    "untagged": _tag,
    "person-changed": people.undo_change,
    "organisation-changed": people.undo_organisation_change,
    "party-row-added": people.undo_party_row,
    "party-row-changed": people.restore_party_row,
    "membership-changed": people.undo_membership,
    "reach-added": people.undo_addition,
    "reach-changed": people.restore_contact_point,
    "paused": people.restore_pause,
    "silenced": people.undo_suppression,
    "letter-returned": _undo_letter_return,
    "lifted": people.undo_lifting,
    "noted": people.undo_note,
    "merged": people.undo_merging,
    "told-apart": people.reopen_pairs,
    "proposals-decided": people.reopen_proposals,
    "template-archived": _bring_back_templates,
    "media-archived": _bring_back_pictures,
    "topic-archived": _offer_topic,
    "topic-brought-back": _archive_topic,
    "segment-deleted": _restore_segment,
}
