"""What a person wishes of a brand: which topics, how often, and a pause. Asked by the gate before anything leaves."""

from datetime import datetime

from django.db import transaction

from esmero.house.models import Brand
from esmero.people.models import Person, Preference, Topic


def wish_for(person: Person, *, topic: Topic, wanted: bool, minimum_gap_days: int | None) -> None:
    """Keep whether a person wants a topic, and how many days at least shall lie between two mails of it."""
    with transaction.atomic():
        Preference.objects.update_or_create(
            person=person,
            brand=topic.brand,
            topic=topic,
            defaults={"wanted": wanted, "minimum_gap_days": minimum_gap_days},
        )


def pause(person: Person, *, brand: Brand, until: datetime | None) -> None:
    """Keep silent towards a person until a moment; None ends the pause."""
    with transaction.atomic():
        Preference.objects.update_or_create(person=person, brand=brand, topic=None, defaults={"paused_until": until})


def speak(person: Person, *, language: str) -> None:
    """Write to a person in this language; it is their own word now, so no import changes it any more."""
    with transaction.atomic():
        row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        row.language = language
        row.written_by.pop("language", None)
        row.save(update_fields=["language", "written_by", "changed_at"])
