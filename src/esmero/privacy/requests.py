"""Requests that invoke a right: taken in, answered by staff within a month, or at once where nothing stands against it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.people.models import Person
from esmero.privacy.erasure import ErasureRefused, erase_person
from esmero.privacy.models import DataRequest

WITHIN = timedelta(days=30)
THE_PERSON = "the person"


def ask_erasure(person: Person, *, brand: Brand, at: datetime) -> DataRequest:
    """Erase a person who asks for it: at once who has no number of ours; a customer's request waits for staff.

    A customer may have a contract that still runs, which a person must look at first; asking again changes nothing.
    """
    with transaction.atomic():
        open_one = DataRequest.objects.filter(
            person=person, kind=DataRequest.Kind.ERASE, state=DataRequest.State.OPEN
        ).first()
        if open_one is not None:
            return open_one
        request = DataRequest.objects.create(
            kind=DataRequest.Kind.ERASE, person=person, brand=brand, at=at, due_at=at + WITHIN
        )
        note("data.asked", by=THE_PERSON, subject=person, facts={"kind": request.kind, "request": request.pk})
        if not person.number:
            try:
                _erase(request, by=THE_PERSON, at=at)
            except ErasureRefused:  # a message is on the wire this very moment: staff, or the person a minute later
                return request
    return request


def answer_erasure(request: DataRequest, *, by: User, at: datetime, decline: str = "") -> bool:
    """Erase, or decline with words for the person; False when somebody answered it before.

    Raises:
        NotYet: a message to the person is leaving right now.

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
    """Return how many requests wait for an answer."""
    return DataRequest.objects.filter(state=DataRequest.State.OPEN).count()


def list_open(*, limit: int) -> list[DataRequest]:
    """Return the requests that wait, the most urgent first."""
    return list(request_rows().filter(state=DataRequest.State.OPEN).order_by("due_at", "id")[:limit])


def _erase(request: DataRequest, *, by: User | str, at: datetime) -> None:
    erase_person(request.person, by=by, reason=f"request {request.pk}", at=at)
    DataRequest.objects.filter(pk=request.pk).update(state=DataRequest.State.DONE, answered_at=at, answered_by=str(by))
    request.state = DataRequest.State.DONE
