"""Define the filters by stage and by role of the lists of persons and organisations."""

from collections.abc import Mapping

from django.db.models import Value
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from esmero.people.models import PartyRole
from esmero.people.relationship.stage_sql import Party, stage_expression
from esmero.web.parts.components.tables import Filter, Rows
from esmero.web.parts.labels.states import PARTY_ROLES, STAGE


def _with_stage(party: Party, rows: Rows, value: str) -> Rows:
    return rows.filter(Exact(stage_expression(party, today=timezone.localdate()), Value(value)))


def _with_role(party: Party, rows: Rows, value: str) -> Rows:
    held = PartyRole.objects.filter(PartyRole.on(timezone.localdate()), kind=value, **{f"{party}__isnull": False})
    return rows.filter(pk__in=held.values(party))


def _stage_filter(party: Party) -> Filter:
    return Filter(
        key="stage",
        title=_("Stage"),
        every=_("Every stage"),
        choices=lambda: [(value, word.text) for value, word in STAGE.items()],
        apply=lambda rows, value: _with_stage(party, rows, value),
    )


def _role_filter(party: Party) -> Filter:
    return Filter(
        key="role",
        title=_("Role"),
        every=_("Every role"),
        choices=lambda: list(PARTY_ROLES.items()),
        apply=lambda rows, value: _with_role(party, rows, value),
    )


STAGE_FILTER: Mapping[Party, Filter] = {
    "person": _stage_filter("person"),
    "organisation": _stage_filter("organisation"),
}
ROLE_FILTER: Mapping[Party, Filter] = {"person": _role_filter("person"), "organisation": _role_filter("organisation")}
