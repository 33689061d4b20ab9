"""Store a person's preferences for a brand: topics, minimum interval and pause. The policy gate reads them."""

from datetime import datetime

from django.db import transaction

from esmero.house.models import Brand
from esmero.people.models import Person, Preference, Topic


def save_preference(person: Person, *, topic: Topic, wanted: bool, minimum_gap_days: int | None) -> None:
    """Store whether a person wants a topic, and the minimum number of days between two mails of it."""
    with transaction.atomic():
        Preference.objects.update_or_create(
            person=person,
            brand=topic.brand,
            topic=topic,
            defaults={"wanted": wanted, "minimum_gap_days": minimum_gap_days},
        )


def pause(person: Person, *, brand: Brand, until: datetime | None) -> None:
    """Pause all mail of a brand to a person until a time; None ends the pause."""
    with transaction.atomic():
        Preference.objects.update_or_create(person=person, brand=brand, topic=None, defaults={"paused_until": until})


def set_language(person: Person, *, language: str) -> None:
    """Set the person's language as chosen by themselves; imports no longer overwrite it."""
    with transaction.atomic():
        row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        row.language = language
        row.written_by.pop("language", None)
        row.save(update_fields=["language", "written_by", "changed_at"])
