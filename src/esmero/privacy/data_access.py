"""Give persons access to their own data by a fresh link, sent to the address on file.

A forwarded mail therefore reveals nothing to its reader.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from esmero.house.audit import note
from esmero.house.happenings import DataAccessRequested, PersonAddressChanged, ReactionPostponed, happen
from esmero.house.models import Brand
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.posting.content import ToAddress, WrittenText
from esmero.outbox.posting.kinds import ADDRESS_CHANGED, ADDRESS_CONFIRMATION, DATA_ACCESS_LINK, MessageKind
from esmero.outbox.posting.post import post
from esmero.outbox.relays import NoRelay
from esmero.people.addresses.parsing import domain_of, read_address
from esmero.people.addresses.suppression import find_suppressions
from esmero.people.models import Address, ContactPoint, Person, Suppression
from esmero.people.persons.names import update_folded
from esmero.privacy.models import AddressChange, DataAccess
from esmero.refusal import InvalidValue, Refusal
from esmero.rendering.tokens import TokenPurpose

MOST_A_DAY = 3
LINK_LIFETIME = timedelta(days=1)
CORRECTABLE = ("given_name", "family_name")
THE_PERSON = "the person"
RELAY_EXPECTED = timedelta(minutes=1)  # from look to look while a brand has no relay


def request_access(person: Person, *, brand: Brand, language: str, at: datetime) -> bool:
    """Store a request for the link; return False after several requests today.

    A reaction sends the mail later (send_links), so that response times do not reveal whether one is sent.
    """
    if DataAccess.objects.filter(person=person, at__gt=at - LINK_LIFETIME).count() >= MOST_A_DAY:
        return False
    with transaction.atomic():
        access = DataAccess.objects.create(person=person, brand=brand, language=language[:2], at=at)
        happen(DataAccessRequested(access_id=access.pk))
    return True


def send_links(happened: Sequence[DataAccessRequested]) -> None:
    """Send the requested links. Needs a transaction; one that was decided on before is skipped.

    None is sent to a suppressed or missing address, nor for an expired link.

    Raises:
        ReactionPostponed: a brand has no relay; its requests wait until it has one, or until their links expire.

    """
    now = timezone.now()
    rows = DataAccess.objects.select_for_update(of=("self",)).select_related("person__address", "brand").order_by("id")
    waiting = rows.filter(pk__in=[one.access_id for one in happened], written_at=None, at__gt=now - LINK_LIFETIME)
    for row in waiting:
        if _may_send(row.person):
            try:
                _write_link(row)
            except NoRelay as lacking:
                raise ReactionPostponed(str(lacking), until=now + RELAY_EXPECTED) from lacking
        row.written_at = now
        row.save(update_fields=["written_at"])


def _may_send(person: Person) -> bool:
    if person.state != Person.State.ACTIVE or person.address is None:
        return False
    suppression = find_suppressions([person.address.value]).get(person.address.value)
    return suppression is None or suppression.scope != Suppression.Scope.ALL


def _write_link(access: DataAccess) -> None:
    brand, person = access.brand, access.person
    assert person.address is not None
    language = access.language or person.language or brand.language
    _write(
        DATA_ACCESS_LINK,
        brand,
        ToAddress(person.address.value, ground=f"access {access.pk}", language=language),
        path=_path(TokenPurpose.DATA, access.pk, at=access.at),
        key=f"access {access.pk}",
        subject=lambda: _("Your data at %(brand)s: the link that you asked for") % {"brand": brand.name},
        text=lambda place: (
            _(
                "Here you see what we hold of you, take it with you, correct it, or have it erased:\n\n%(place)s\n\n"
                "The link is good until tomorrow. Do not pass it on. If you did not ask for it, do nothing."
            )
            % {"place": place}
        ),
    )


def correct(person: Person, *, values: dict[str, str], at: datetime) -> bool:
    """Update the person's name as given by themselves; imports no longer overwrite it. Return whether it changed."""
    with transaction.atomic():
        row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        changed = [name for name in CORRECTABLE if name in values and getattr(row, name) != values[name].strip()[:150]]
        for name in changed:
            setattr(row, name, values[name].strip()[:150])
            row.written_by.pop(name, None)
        if not changed:
            return False
        update_folded(row)
        row.save()
        note("person.corrected", by=THE_PERSON, subject=row, facts={"fields": changed, "at": at.isoformat()})
    return True


def request_address_change(person: Person, *, brand: Brand, new: str, language: str, at: datetime) -> AddressChange:
    """Store a new address and send a confirmation to it; nothing changes until confirmed.

    Raises:
        Refusal: the address is invalid or unchanged, or was requested several times today.
        NoRelay: the brand has no relay.

    """
    address = read_address(new[:400])
    if not address.usable:
        raise InvalidValue("new-address-unusable")
    if person.address is not None and person.address.value == address.normalised:
        raise InvalidValue("new-address-same")
    if AddressChange.objects.filter(person=person, at__gt=at - LINK_LIFETIME).count() >= MOST_A_DAY:
        raise Refusal("new-address-too-often")
    with transaction.atomic():
        change = AddressChange.objects.create(
            person=person,
            brand=brand,
            old=person.address.value if person.address else "",
            new=address.normalised,
            at=at,
        )
        _write(
            ADDRESS_CONFIRMATION,
            brand,
            ToAddress(address.normalised, ground=f"address change {change.pk}", language=language),
            path=_path(TokenPurpose.MOVE, change.pk, at=at),
            key=f"move {change.pk}",
            subject=lambda: _("Please confirm your new address for %(brand)s") % {"brand": brand.name},
            text=lambda place: (
                _(
                    "Somebody, we believe you, wants %(brand)s to write to this address. "
                    "If it was you, confirm it here:\n\n%(place)s\n\nIf not, do nothing."
                )
                % {"brand": brand.name, "place": place}
            ),
        )
    return change


def confirm_address_change(change: AddressChange, *, at: datetime) -> bool:
    """Replace the address and notify the old one; return False if it was done before or no longer applies."""
    with transaction.atomic():
        row = AddressChange.objects.select_for_update(of=("self",)).select_related("brand").get(pk=change.pk)
        person = Person.objects.select_for_update(of=("self",)).select_related("address").get(pk=row.person_id)
        now = person.address.value if person.address else ""
        if row.confirmed_at is not None or person.state != Person.State.ACTIVE or now != row.old:
            return False
        address, _made = Address.objects.get_or_create(value=row.new, defaults={"domain": domain_of(row.new)})
        if row.old:
            ContactPoint.objects.get_or_create(
                person=person, kind=ContactPoint.Kind.EMAIL, value=row.old, defaults={"usable": False}
            )
        person.address = address
        person.written_by.pop("email", None)
        person.save(update_fields=["address", "written_by", "changed_at"])
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
        note("person.moved", by=THE_PERSON, subject=person, facts={"change": row.pk})
        happen(PersonAddressChanged(person_id=person.pk))
        if row.old and row.old not in find_suppressions([row.old]):
            _notify_old_address(row, language=person.language or row.brand.language)
    return True


def _notify_old_address(change: AddressChange, *, language: str) -> None:
    _write(
        ADDRESS_CHANGED,
        change.brand,
        ToAddress(change.old, ground=f"address change {change.pk}", language=language),
        path="",
        key=f"moved {change.pk}",
        subject=lambda: _("%(brand)s writes to another address from now on") % {"brand": change.brand.name},
        text=lambda _place: (
            _(
                "You asked us to write to another address from now on, and it was confirmed from there. "
                "If it was not you, answer this mail or call us: %(phone)s"
            )
            % {"phone": change.brand.phone}
        ),
    )


def _path(purpose: TokenPurpose, number: int, *, at: datetime) -> str:
    return f"/{purpose.value}/{open_signer().sign(purpose, number, day=day_of(at))}"


def _write(
    kind: MessageKind,
    brand: Brand,
    to: ToAddress,
    *,
    key: str,
    path: str,
    subject: Callable[[], str],
    text: Callable[[str], str],
) -> None:
    with translation.override(to.language):
        content = WrittenText(subject=subject(), text=text(brand.public_url.rstrip("/") + path))
    post(kind, to, content, brand=brand, key=key)
