"""Store data subject requests and answer them: by staff within the legal term, or at once if nothing prevents it."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from esmero.accounts.models import CustomerAccount
from esmero.house.audit import note
from esmero.house.jurisdictions import legal_clock, profile_of
from esmero.house.models import Brand, User
from esmero.people.models import PartyNumber, Person
from esmero.people.relationship.roles import read_roles
from esmero.people.relationship.stages import derive_stage
from esmero.privacy.erasure import ErasureRefused, erase_person
from esmero.privacy.models import DataRequest

THE_PERSON = "the person"


def request_erasure(person: Person, *, brand: Brand, at: datetime) -> DataRequest:
    """Erase a person on their request: at once if they are no customer by any sign, otherwise staff decide.

    A customer may have a running contract, which staff must check first. Repeating the request has no effect.
    """
    with transaction.atomic():
        open_one = DataRequest.objects.filter(
            person=person, kind=DataRequest.Kind.ERASE, state=DataRequest.State.OPEN
        ).first()
        if open_one is not None:
            return open_one
        request = DataRequest.objects.create(
            kind=DataRequest.Kind.ERASE, person=person, brand=brand, at=at, due_at=find_due(brand, at=at)
        )
        note("data.asked", by=THE_PERSON, subject=person, facts={"kind": request.kind, "request": request.pk})
        if is_mere_contact(person, on=timezone.localdate(at, ZoneInfo(brand.timezone))):
            try:
                _erase(request, by=THE_PERSON, at=at)
            except ErasureRefused:  # a message is in transmission: the request stays open for staff or a retry
                return request
    return request


def is_mere_contact(person: Person, *, on: date) -> bool:
    """Return whether nothing hints at a contract: no number here or elsewhere, no account, and the stage "known"."""
    if person.number or PartyNumber.objects.filter(person=person).exists():
        return False
    if CustomerAccount.objects.filter(person=person).exists():
        return False
    roles, _organisations = read_roles(persons=[person.pk])
    return derive_stage(roles.get(person.pk, ()), today=on) == "known"


def find_due(brand: Brand, *, at: datetime) -> datetime:
    """Return the last second in which a request is answered in time, by the brand's jurisdiction and time zone.

    A month in the Union: Regulation (EU) 2016/679 art. 12(3). The extension by two more is not offered.
    """
    zone = ZoneInfo(brand.timezone)
    clock = legal_clock(brand.profile, name="data-request")
    last = clock.last_day(timezone.localdate(at, zone), holidays=profile_of(brand.profile).holidays)
    return datetime.combine(last, time(23, 59, 59), tzinfo=zone)


def answer_erasure(request: DataRequest, *, by: User, at: datetime, decline: str = "") -> bool:
    """Erase the person, or decline with a text for them; return False if it was answered before.

    Raises:
        ErasureRefused: a message to the person is in transmission.

    """
    with transaction.atomic():
        row = DataRequest.objects.select_for_update(of=("self",)).select_related("person").get(pk=request.pk)
        if row.state != DataRequest.State.OPEN:
            return False
        if not decline:
            _erase(row, by=by, at=at)
            return True
        row.state, row.words = DataRequest.State.DECLINED, decline[:500]
        row.answered_at, row.answered_by = at, str(by)
        row.save()
        note("data.declined", by=by, subject=row.person, facts={"request": row.pk, "words": row.words})
    return True


def request_rows() -> QuerySet[DataRequest]:
    """Return all requests with their persons."""
    return DataRequest.objects.select_related("person", "brand")


def count_open() -> int:
    """Return the number of open requests."""
    return DataRequest.objects.filter(state=DataRequest.State.OPEN).count()


def list_open(*, limit: int) -> list[DataRequest]:
    """Return the open requests, most urgent first."""
    return list(request_rows().filter(state=DataRequest.State.OPEN).order_by("due_at", "id")[:limit])


def _erase(request: DataRequest, *, by: User | str, at: datetime) -> None:
    erase_person(request.person, by=by, reason=f"request {request.pk}", at=at)
    DataRequest.objects.filter(pk=request.pk).update(state=DataRequest.State.DONE, answered_at=at, answered_by=str(by))
    request.state = DataRequest.State.DONE
