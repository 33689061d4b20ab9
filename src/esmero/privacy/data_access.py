"""Give persons access to their own data by a fresh link, sent to the address on file.

A forwarded mail therefore reveals nothing to its reader.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from esmero.grants.granting import GrantRefused, make_grant, spend, write_token
from esmero.grants.models import Grant
from esmero.grants.purposes import ADDRESS_CHANGE, DATA_ACCESS, GrantPurpose
from esmero.house.audit import note
from esmero.house.happenings import DataAccessRequested, PersonAddressChanged, ReactionPostponed, happen
from esmero.house.models import Brand
from esmero.outbox.posting.content import ToAddress, WrittenText
from esmero.outbox.posting.kinds import ADDRESS_CHANGED, ADDRESS_CONFIRMATION, DATA_ACCESS_LINK, MessageKind
from esmero.outbox.posting.post import post
from esmero.outbox.relays import NoRelay
from esmero.people.addresses.parsing import domain_of, read_address
from esmero.people.addresses.suppression import find_suppressions
from esmero.people.models import Address, ContactPoint, Person, Suppression
from esmero.people.persons.names import update_folded
from esmero.people.persons.spoken_languages import pick_spoken
from esmero.people.search_texts import index_persons
from esmero.refusal import InvalidValue, Refusal

MOST_A_DAY = 3
LINK_LIFETIME = timedelta(days=1)
CORRECTABLE = ("given_name", "family_name")
THE_PERSON = "the person"
RELAY_EXPECTED = timedelta(minutes=1)  # from look to look while a brand has no relay


def request_access(person: Person, *, brand: Brand, language: str, at: datetime) -> bool:
    """Store a request for the link; return False after several requests today.

    A reaction sends the mail later (send_links), so that response times do not reveal whether one is sent.
    """
    if _count_today(person, DATA_ACCESS, at=at) >= MOST_A_DAY:
        return False
    with transaction.atomic():
        access = make_grant(DATA_ACCESS, subject=person, person=person, brand=brand, language=language, at=at)
        happen(DataAccessRequested(access_id=access.pk))
    return True


def send_links(happened: Sequence[DataAccessRequested]) -> None:
    """Send the requested links. Needs a transaction; one that was decided on before is skipped.

    None is sent to a suppressed or missing address, nor for an expired link.

    Raises:
        ReactionPostponed: a brand has no relay; its requests wait until it has one, or until their links expire.

    """
    now = timezone.now()
    rows = Grant.objects.select_for_update(of=("self",)).select_related("person__address", "brand").order_by("id")
    wanted = rows.filter(pk__in=[one.access_id for one in happened], purpose=DATA_ACCESS.name)
    waiting = wanted.filter(sent_at=None, expires_at__gt=now)
    for row in waiting:
        if row.person is not None and _may_send(row.person):
            try:
                _write_link(row)
            except NoRelay as lacking:
                raise ReactionPostponed(str(lacking), until=now + RELAY_EXPECTED) from lacking
        row.sent_at = now
        row.save(update_fields=["sent_at"])


def _may_send(person: Person) -> bool:
    if person.state != Person.State.ACTIVE or person.address is None:
        return False
    suppression = find_suppressions([person.address.value]).get(person.address.value)
    return suppression is None or suppression.scope != Suppression.Scope.ALL


def _write_link(access: Grant) -> None:
    brand, person = access.brand, access.person
    assert brand is not None
    assert person is not None
    assert person.address is not None
    language = pick_spoken(access.language, person.language, brand.language)
    _write(
        DATA_ACCESS_LINK,
        brand,
        ToAddress(person.address.value, ground=f"access {access.pk}", language=language),
        path=_path(access, purpose=DATA_ACCESS),
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
        index_persons([row.pk])
        note("person.corrected", by=THE_PERSON, subject=row, facts={"fields": changed, "at": at.isoformat()})
    return True


def request_address_change(person: Person, *, brand: Brand, new: str, language: str, at: datetime) -> Grant:
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
    if _count_today(person, ADDRESS_CHANGE, at=at) >= MOST_A_DAY:
        raise Refusal("new-address-too-often")
    with transaction.atomic():
        change = make_grant(
            ADDRESS_CHANGE,
            subject=person,
            person=person,
            brand=brand,
            language=language,
            at=at,
            facts={"old": person.address.value if person.address else "", "new": address.normalised},
        )
        _write(
            ADDRESS_CONFIRMATION,
            brand,
            ToAddress(address.normalised, ground=f"address change {change.pk}", language=language),
            path=_path(change, purpose=ADDRESS_CHANGE),
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


def confirm_address_change(change: Grant, *, at: datetime) -> None:
    """Replace the address, spend the link and notify the old address.

    Raises:
        GrantRefused: the link was spent, or it no longer applies: the person has another address by now.
        NoRelay: the brand has no relay.

    """
    old, new, brand = change.facts["old"], change.facts["new"], change.brand
    assert brand is not None
    assert change.person_id is not None
    with spend(change, purpose=ADDRESS_CHANGE, at=at):
        person = Person.objects.select_for_update(of=("self",)).select_related("address").get(pk=change.person_id)
        now = person.address.value if person.address else ""
        if person.state != Person.State.ACTIVE or now != old:
            raise GrantRefused(change)
        address, _made = Address.objects.get_or_create(value=new, defaults={"domain": domain_of(new)})
        if old:
            ContactPoint.objects.get_or_create(
                person=person, kind=ContactPoint.Kind.EMAIL, value=old, defaults={"usable": False}
            )
        person.address = address
        person.written_by.pop("email", None)
        update_folded(person)
        person.save(update_fields=["address", "folded", "name_is_damaged", "written_by", "changed_at"])
        index_persons([person.pk])
        note("person.moved", by=THE_PERSON, subject=person, facts={"change": change.pk})
        happen(PersonAddressChanged(person_id=person.pk))
        if old and old not in find_suppressions([old]):
            _notify_old_address(change, brand=brand, language=person.language or brand.language)


def _count_today(person: Person, purpose: GrantPurpose, *, at: datetime) -> int:
    today = Grant.objects.filter(person=person, purpose=purpose.name, made_at__gt=at - LINK_LIFETIME)
    return today.count()


def _notify_old_address(change: Grant, *, brand: Brand, language: str) -> None:
    _write(
        ADDRESS_CHANGED,
        brand,
        ToAddress(change.facts["old"], ground=f"address change {change.pk}", language=language),
        path="",
        key=f"moved {change.pk}",
        subject=lambda: _("%(brand)s writes to another address from now on") % {"brand": brand.name},
        text=lambda _place: (
            _(
                "You asked us to write to another address from now on, and it was confirmed from there. "
                "If it was not you, answer this mail or call us: %(phone)s"
            )
            % {"phone": brand.phone}
        ),
    )


def _path(grant: Grant, *, purpose: GrantPurpose) -> str:
    return f"/{purpose.token.value}/{write_token(grant, purpose=purpose)}"


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
