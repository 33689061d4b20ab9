"""What came of an import: how many lines got which verdict, and the verdict on each line."""

from collections.abc import Iterator, Sequence

from django.db.models import Count

from esmero.people.models import Import, ImportLine, Person
from esmero.people.permissions.ledger import find_permitted

SILENT = frozenset({"suppressed", "silenced"})


def count_verdicts(brought: Import) -> dict[str, int]:
    """Return how many lines got each verdict, how many addresses were mended, invalid or missing, and how many are silent.

    `suppressed` counts lines whose address may not get everything: the list said so, or it was silenced before.
    """
    lines = ImportLine.objects.filter(of=brought)
    counts = dict(lines.values_list("verdict").annotate(Count("id")).order_by())
    addresses = dict(lines.values_list("address_verdict").annotate(Count("id")).order_by())
    told = lines.exclude(warnings=[]).values_list("warnings", flat=True)
    silent = sum(bool(SILENT & set(warnings)) for warnings in told.iterator(chunk_size=20_000))
    named = {f"address-{name}": number for name, number in addresses.items() if name not in ("", "ok")}
    return {**counts, **named, **({"suppressed": silent} if silent else {})}


def write_report(brought: Import) -> Iterator[tuple[int, str, str, str, int, int]]:
    """Yield (line, id, verdict, address, shared, commercial): commercial is that the person may get the topic by mail."""
    lines = ImportLine.objects.filter(of=brought).order_by("line").select_related("person")
    batch: list[ImportLine] = []
    for one in lines.iterator(chunk_size=1000):
        batch.append(one)
        if len(batch) == 1000:
            yield from _report(brought, batch)
            batch = []
    yield from _report(brought, batch)


def _report(brought: Import, lines: Sequence[ImportLine]) -> Iterator[tuple[int, str, str, str, int, int]]:
    persons = {one.person_id: one.person for one in lines if one.person is not None}
    topic = brought.topic
    permitted = (
        find_permitted(
            [pk for pk in persons if pk is not None], brand=brought.brand_id, purpose=topic.purpose_id, topic=topic.pk
        )
        if topic
        else set()
    )
    used = {one.address_id for one in persons.values() if one and one.address_id}
    sharing = Person.objects.filter(Person.is_active(), address__in=used).values_list("address")
    shared = {pk for pk, number in sharing.annotate(Count("id")).order_by() if number > 1}
    for one in lines:
        person = one.person
        has = person is not None and person.address_id is not None
        yield (
            one.line,
            one.number,
            one.verdict,
            one.address_verdict or "none",
            int(has and person is not None and person.address_id in shared),
            int(has and one.person_id in permitted),
        )
