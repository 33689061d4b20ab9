"""List all kinds of import. A new one is a line here."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Max, Q

from esmero.campaigns.lifecycle import invalidate_dry_runs
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.imports.kind import Kinds
from esmero.outbox.models import Message
from esmero.people.imports.exclusions import ExclusionImports
from esmero.people.imports.persons import PersonImports
from esmero.people.imports.references import UpperRecords

_NOT_BEGUN = Q(campaign__state__in=(Campaign.State.DRAFT, Campaign.State.CHECKED))
_NOT_LEFT = (
    Message.State.PLANNED,
    Message.State.HELD,
    Message.State.REFUSED,
    Message.State.WAITING,
    Message.State.CANCELLED,
)


def _find_last_messages(persons: Collection[int], brand: int) -> Mapping[int, datetime]:
    """Return {person id: when the gate passed their last message of a brand that left or may have left}."""
    rows = Message.objects.filter(person__in=persons, dispatch__brand=brand, judged_at__isnull=False)
    return dict(rows.exclude(state__in=_NOT_LEFT).values_list("person").annotate(Max("judged_at")).order_by())


def _outdate_dry_runs(persons: Collection[int]) -> None:
    """Return campaigns to draft whose dry run names these persons."""
    rows = AudienceMember.objects.filter(_NOT_BEGUN, person__in=persons)
    invalidate_dry_runs(rows.order_by().values_list("campaign", flat=True).distinct(), by="undo of an import")


PERSONS = PersonImports(
    UpperRecords(
        find_last_messages=_find_last_messages, passing={AudienceMember: _NOT_BEGUN}, release=_outdate_dry_runs
    )
)
EXCLUSIONS = ExclusionImports()
IMPORT_KINDS: Kinds = {one.name: one for one in (PERSONS, EXCLUSIONS)}
