"""Define the filters by stage and by role of the lists of persons and organisations."""

from django.db.models import Value
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from esmero.lists.filters import Filter, Rows
from esmero.people.models import PartyRole
from esmero.people.relationship.stage_sql import Party, stage_expression
from esmero.people.relationship.stages import STAGES


def filter_by_stage(party: Party) -> Filter:
    """Return the filter by the stage of the relationship."""

    def apply(rows: Rows, value: str) -> Rows:
        return rows.filter(Exact(stage_expression(party, today=timezone.localdate()), Value(value)))

    return Filter(
        key="stage", title=_("Stage"), every=_("Every stage"), kind="stage", choices=lambda: STAGES, apply=apply
    )


def filter_by_role(party: Party) -> Filter:
    """Return the filter by a role that is held today."""

    def apply(rows: Rows, value: str) -> Rows:
        held = PartyRole.objects.filter(PartyRole.on(timezone.localdate()), kind=value, **{f"{party}__isnull": False})
        return rows.filter(pk__in=held.values(party))

    return Filter(
        key="role",
        title=_("Role"),
        every=_("Every role"),
        kind="party-role",
        choices=lambda: PartyRole.Kind.values,
        apply=apply,
    )
