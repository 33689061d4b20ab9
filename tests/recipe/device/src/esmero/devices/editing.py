"""Lend devices, change them and take them back; each act is audited."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q

from esmero.devices.models import Device
from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.models import User
from esmero.people.models import Person
from esmero.refusal import InvalidValue, Refusal


def find_borrower(text: str) -> Person:
    """Return the active person with this number or address.

    Raises:
        InvalidValue: there is none.

    """
    wanted = text.strip()
    found = Person.objects.filter(Person.is_active()).filter(Q(number=wanted) | Q(address__value=wanted.lower()))
    person = found.order_by("id").first()
    if person is None:
        raise InvalidValue("device-person-unknown", given=wanted)
    return person


def lend(person: Person, *, name: str, serial_number: str, lent_on: date, by: User | str) -> Device:
    """Record that a device was lent to a person.

    Raises:
        InvalidValue: another device has this serial number.

    """
    device = Device(person=person, name=name.strip(), serial_number=serial_number.strip(), lent_on=lent_on)
    with transaction.atomic():
        _save(device)
        _note("device.lent", device, by=by)
    return device


def change_device(
    device: Device, *, name: str, serial_number: str, lent_on: date, by: User | str, seen: int | None = None
) -> Device:
    """Change a device.

    Raises:
        StaleWrite: the device was changed since the version `seen`.
        InvalidValue: another device has this serial number, or it was given back before the day.

    """
    with transaction.atomic():
        advance_version(device, seen=seen)
        device.name, device.serial_number, device.lent_on = name.strip(), serial_number.strip(), lent_on
        _save(device)
        _note("device.changed", device, by=by)
    return device


def give_back(device: Device, *, on: date, by: User | str) -> None:
    """Record that a device was given back on a day.

    Raises:
        Refusal: it is back already.
        InvalidValue: the day is before the one on which it was lent.

    """
    with transaction.atomic():
        advance_version(device, seen=None)
        device.refresh_from_db()
        if device.given_back_on is not None:
            raise Refusal("device-back-already", name=device.name)
        device.given_back_on = on
        _save(device)
        _note("device.given-back", device, by=by)


def restore_loan(device: Device, *, by: User | str) -> None:
    """Record that a device is still lent: the reverse of `give_back`."""
    with transaction.atomic():
        advance_version(device, seen=None)
        device.refresh_from_db()
        device.given_back_on = None
        _save(device)
        _note("device.restored", device, by=by)


def _save(device: Device) -> None:
    if device.given_back_on is not None and device.given_back_on < device.lent_on:
        raise InvalidValue("device-days-reversed", name=device.name)
    try:
        with transaction.atomic():
            device.save()
    except IntegrityError:
        raise InvalidValue("device-serial-taken", number=device.serial_number) from None


def _note(action: str, device: Device, *, by: User | str) -> None:
    note(action, by=by, subject=device, facts={"name": device.name, "serial": device.serial_number})
