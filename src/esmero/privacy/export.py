"""Export all data about one person as values, JSON and CSV files (Regulation (EU) 2016/679 art. 15 and 20)."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, Model, Value

from esmero.people.addresses.suppression import find_suppressions
from esmero.people.models import Person
from esmero.privacy.erasure import rows_of
from esmero.privacy.personal_data import TABLE, PersonalData


def collect_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return the rows about a person by table name; values are plain (texts, numbers, ISO times, lists)."""
    held = {holding.name: _read(holding, person) for holding in TABLE if holding.exported}
    suppressions = find_suppressions([person.address.value] if person.address else [])
    held["silences"] = [
        {"scope": row.scope, "reason": row.reason, "since": row.since.isoformat()} for row in suppressions.values()
    ]
    return {name: rows for name, rows in held.items() if rows}


def count_rows(person: Person) -> dict[str, int]:
    """Return the number of rows about a person by table name; one query for all tables."""
    holdings = [holding for holding in TABLE if holding.exported]
    counted = []
    for place, holding in enumerate(holdings):
        rows = rows_of(holding, person, with_copies=False) if holding.model.__name__ != "Address" else _address(person)
        found = rows.order_by().values_list(Value(place, output_field=IntegerField()))
        counted.append(found.annotate(number=Count("pk", distinct=True)))
    numbers = dict(counted[0].union(*counted[1:], all=True))
    held = {holding.name: numbers[place] for place, holding in enumerate(holdings) if numbers.get(place)}
    suppressions = len(find_suppressions([person.address.value] if person.address else []))
    return {**held, "silences": suppressions} if suppressions else held


def write_json(held: Mapping[str, Any]) -> str:
    """Return the collected data as indented JSON."""
    return json.dumps(held, ensure_ascii=False, indent=2, sort_keys=False)


def write_archive(held: Mapping[str, list[dict[str, Any]]]) -> bytes:
    """Return a zip file with one JSON file of everything and one CSV file per table."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("everything.json", write_json(held))
        for name, rows in held.items():
            made.writestr(f"{name.replace(' ', '-')}.csv", "\ufeff" + _write_csv(rows))
    return archive.getvalue()


def _read(holding: PersonalData, person: Person) -> list[dict[str, Any]]:
    rows = rows_of(holding, person, with_copies=False) if holding.model.__name__ != "Address" else _address(person)
    return [{name: _plain(_value(row, name)) for name in holding.exported} for row in rows.order_by("pk")]


def _address(person: Person) -> Any:
    """Return the address even if it is shared: the person has a right to it."""
    from esmero.people.models import Address

    return Address.objects.filter(pk=person.address_id or 0)


def _value(row: Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if field.many_to_many:
        return [str(one) for one in getattr(row, name).all()]
    value = getattr(row, name)
    return str(value) if isinstance(value, Model) else value


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _write_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
                for name, value in row.items()
            }
        )
    return text.getvalue()
