"""Undo acts on devices."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.devices.editing import restore_loan
from esmero.devices.models import Device
from esmero.house.models import User
from esmero.web.console.area import Undo


def restore_loans(facts: Mapping[str, Any], by: User) -> None:
    """Record devices as lent that were just given back."""
    with transaction.atomic():
        for device in Device.objects.filter(pk__in=facts["devices"]):
            restore_loan(device, by=by)


UNDOS: Mapping[str, Undo] = {"devices-given-back": restore_loans}
