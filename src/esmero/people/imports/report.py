"""Count the addresses of a list of persons and report the result of each line."""

from collections.abc import Iterator, Sequence

from django.db.models import Count

from esmero.imports.models import Import
from esmero.people.models import Person, PersonLine, Topic
from esmero.people.permissions.decisions import find_permitted

SUPPRESSED_WARNINGS = frozenset({"suppressed", "silenced"})


def count_addresses(import_: Import) -> dict[str, int]:
    """Return the number of lines with corrected, invalid and missing addresses, and with suppressed ones.

    `suppressed` counts lines whose address may not get all mail: suppressed by the list, or before it.
    """
    lines = PersonLine.objects.filter(of=import_)
    addresses = dict(lines.values_list("address_verdict").annotate(Count("id")).order_by())
    warned = lines.exclude(warnings=[]).values_list("warnings", flat=True)
    silent = sum(bool(SUPPRESSED_WARNINGS & set(warnings)) for warnings in warned.iterator(chunk_size=20_000))
    named = {f"address-{name}": number for name, number in addresses.items() if name not in ("", "ok")}
    return {**named, **({"suppressed": silent} if silent else {})}


def write_report(import_: Import) -> Iterator[tuple[int, str, str, str, int, int]]:
    """Yield (line, number, verdict, address, shared, commercial); commercial is the e-mail permission for the topic."""
    lines = PersonLine.objects.filter(of=import_).order_by("line").select_related("person")
    batch: list[PersonLine] = []
    for one in lines.iterator(chunk_size=1000):
        batch.append(one)
        if len(batch) == 1000:
            yield from _report(import_, batch)
            batch = []
    yield from _report(import_, batch)


def _report(import_: Import, lines: Sequence[PersonLine]) -> Iterator[tuple[int, str, str, str, int, int]]:
    persons = {one.person_id: one.person for one in lines if one.person is not None}
    topic = Topic.objects.filter(pk=import_.options.get("topic")).first()
    permitted = (
        find_permitted(
            [pk for pk in persons if pk is not None], brand=import_.brand_id, purpose=topic.purpose_id, topic=topic.pk
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
