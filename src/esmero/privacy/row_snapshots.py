"""Serialise rows as JSON values and restore them exactly, to the microsecond, for undoing a merge."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db.models import Model

type RowSnapshot = dict[str, Any]


def take_snapshot(row: Model) -> RowSnapshot:
    """Return all columns of a row, times in ISO 8601."""
    return {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def read_snapshot(model: type[Model], packed: Mapping[str, Any]) -> RowSnapshot:
    """Convert a snapshot to the model's column values."""
    kinds = {field.attname: field for field in model._meta.concrete_fields}
    return {
        name: kinds[name].to_python(value) if kinds[name].get_internal_type() == "DateTimeField" else value
        for name, value in packed.items()
    }


def recreate_rows(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Create rows from snapshots, with their original ids and times."""
    manager = model._default_manager
    for packed in rows:
        columns = read_snapshot(model, packed)
        manager.bulk_create([model(**columns)])
        # auto_now columns get the current time on creation: set the original one afterwards.
        manager.filter(pk=columns["id"]).update(**columns)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else deepcopy(value)
