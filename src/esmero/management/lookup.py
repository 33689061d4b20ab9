"""Find the objects that command arguments name by code, name or id; raise NotThere that lists the existing ones."""

from django.db.models import Q

from esmero.campaigns.models import Campaign
from esmero.house.models import Brand
from esmero.outbox.models import Message
from esmero.people.models import Segment, Topic
from esmero.refusal import NotThere


def find_brand(slug: str) -> Brand:
    """Return the brand of this code."""
    found = Brand.objects.filter(slug=slug).first()
    if found is None:
        raise NotThere("brand-unknown", name=slug, there=list(Brand.objects.values_list("slug", flat=True)))
    return found


def find_topic(code: str, *, brand: Brand) -> Topic:
    """Return the brand's topic of this code."""
    topics = Topic.objects.filter(brand=brand).select_related("purpose")
    found = topics.filter(code=code).first()
    if found is None:
        raise NotThere("topic-unknown", name=code, brand=brand.slug, there=list(topics.values_list("code", flat=True)))
    return found


def find_segment(name: str) -> Segment:
    """Return the segment of this name or id."""
    found = Segment.objects.filter(name=name).first()
    if found is None and name.isdecimal():
        found = Segment.objects.filter(pk=int(name)).first()
    if found is None:
        there = Segment.objects.order_by("id").values_list("name", flat=True)[:20]
        raise NotThere("segment-unknown", name=name, there=list(there))
    return found


def find_campaign(pk: int) -> Campaign:
    """Return the campaign with this id."""
    rows = Campaign.objects.select_related("brand", "topic__purpose", "version", "segment", "job", "dispatch")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotThere("campaign-unknown", id=pk)
    return found


def find_message(given: str) -> Message | None:
    """Return the message with this id or Message-ID (with or without brackets and host)."""
    rows = Message.objects.select_related("dispatch__brand", "dispatch__topic", "person")
    word = given.strip().strip("<>")
    if word.isdecimal():
        return rows.filter(pk=int(word)).first()
    return rows.filter(Q(opaque=word) | Q(opaque=word.partition("@")[0])).first()
