"""Declare, change and delete custom fields. A kind changes only if every value fits; values go with their field."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.imports.cell_values import Value, ValueMisfit, read_value
from esmero.people.models import CustomField, Person
from esmero.refusal import Refusal

MOST = 200_000  # values that one change may touch
_CHUNK = 500
_EXAMPLES = 5


class ValuesUnfit(Refusal):
    """Refuse a change that stored values do not fit.

    Facts: their `number` of the `total`, the `kind` wanted, and up to five `examples` of [person id, value].
    """


def declare_field(
    key: str, *, label: Mapping[str, str], kind: str, choices: Sequence[str] = (), by: User | str
) -> CustomField:
    """Create a CustomField. Raises ValidationError."""
    field = CustomField(key=key, label=dict(label), kind=kind, choices=list(choices))
    field.full_clean()
    with transaction.atomic():
        field.save()
        note("field.declared", by=by, subject=field, facts={"key": key, "kind": kind})
    return field


def change_field(
    field: CustomField, *, label: Mapping[str, str], kind: str, choices: Sequence[str] = (), by: User | str
) -> int:
    """Change labels, kind or choices of a field and convert its values; return the number of converted values.

    Raises:
        ValuesUnfit: values do not fit the new kind or the choices; nothing is changed.
        Refusal: there are more than MOST, or segments compare the field in its current kind.
        ValidationError: a value is invalid.

    """
    with transaction.atomic():
        rewritten: dict[int, Value] = {}
        if kind != field.kind or (kind == CustomField.Kind.CHOICE and list(choices) != list(field.choices)):
            if kind != field.kind and (used := list_segments(field)):
                raise Refusal("field-kind-in-use", names=used)
            rewritten = _fit(field, kind=kind, choices=choices)
        before = field.kind
        field.label, field.kind, field.choices = dict(label), kind, list(choices)
        field.full_clean()
        field.save()
        _rewrite(field.key, rewritten)
        facts = {"key": field.key, "from": before, "to": kind, "values": len(rewritten)}
        note("field.changed", by=by, subject=field, facts=facts)
    return len(rewritten)


def delete_field(field: CustomField, *, by: User) -> int:
    """Delete a field and its values; return the number of persons with one. Raises Refusal if segments compare it."""
    if used := list_segments(field):
        raise Refusal("field-in-use", names=used)
    with transaction.atomic():
        had = _holders(field.key)
        for start in range(0, len(had), _CHUNK):
            rows = list(Person.objects.filter(pk__in=had[start : start + _CHUNK]).only("id", "fields", "written_by"))
            for person in rows:
                person.fields.pop(field.key, None)
            Person.objects.bulk_update(rows, ["fields"])
        note("field.dropped", by=by, facts={"key": field.key, "values": len(had)})
        field.delete()
    return len(had)


def count_values(field: CustomField, *, most: int = 10_000) -> int | None:
    """Return the number of persons with a value; None for more than `most`."""
    number = Person.objects.filter(fields__has_key=field.key)[: most + 1].count()
    return number if number <= most else None


def list_segments(field: CustomField) -> list[str]:
    """Return the names of segments that refer to the field."""
    from esmero.people.segments.mentions import list_users  # not at the top: an import declares fields and needs none

    return [segment.name for segment in list_users("field").get(field.key, ())]


def _holders(key: str) -> list[int]:
    had = list(Person.objects.filter(fields__has_key=key).order_by("id").values_list("id", flat=True)[: MOST + 1])
    if len(had) > MOST:
        raise Refusal("too-many-values", most=MOST)
    return had


def _fit(field: CustomField, *, kind: str, choices: Sequence[str]) -> dict[int, Value]:
    had = _holders(field.key)
    fitting: dict[int, Value] = {}
    unfit: list[tuple[int, str]] = []
    number = 0
    # Read the whole JSON object: SQLite's extraction of a single key returns the text "7" as the number 7.
    rows = Person.objects.filter(fields__has_key=field.key).order_by("id").values_list("id", "fields")
    for pk, fields in rows.iterator(chunk_size=2000):
        value = fields[field.key]
        try:
            fitted = _fit_one(value, kind=kind, choices=choices)
        except ValueMisfit:
            number += 1
            if len(unfit) < _EXAMPLES:
                unfit.append((pk, str(value)[:80]))
            continue
        if fitted != value or type(fitted) is not type(value):
            fitting[pk] = fitted
    if number:
        raise ValuesUnfit("values-unfit", number=number, total=len(had), kind=kind, examples=unfit)
    return fitting


def _fit_one(value: object, *, kind: str, choices: Sequence[str]) -> Value:
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    fitted = read_value(text, kind=kind)
    if kind == CustomField.Kind.CHOICE and choices and text not in choices:
        raise ValueMisfit("value-unfit", value=text, kind=kind)
    return fitted


def _rewrite(key: str, values: Mapping[int, Value]) -> None:
    ids = sorted(values)
    for start in range(0, len(ids), _CHUNK):
        rows = list(Person.objects.filter(pk__in=ids[start : start + _CHUNK]).only("id", "fields"))
        for person in rows:
            person.fields[key] = values[person.pk]
        Person.objects.bulk_update(rows, ["fields"])
