"""Undo acts on returned mail: lifted suppressions and decided address proposals."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.models import User
from esmero.people.addresses.address_proposals import reopen
from esmero.people.addresses.suppression_lifting import LiftedSuppression, restore_suppressions
from esmero.people.models import Proposal
from esmero.web.console.area import Undo


def reopen_proposals(facts: Mapping[str, Any], by: User) -> None:
    """Reopen address proposals; delete people created from them if nothing refers to those people."""
    made = dict(facts["decided"])
    with transaction.atomic():
        for row in Proposal.objects.filter(pk__in=made):
            reopen(row, made=made[row.pk], by=by)


UNDOS: Mapping[str, Undo] = {
    "silence-lifted": lambda facts, by: restore_suppressions(
        (LiftedSuppression(*one) for one in facts["lifted"]), by=by
    ),
    "proposals-decided": reopen_proposals,
}
